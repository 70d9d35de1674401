namespace Kcopyd.Core.Snapshots;

/// <summary>What a snapshot or a merge says of itself; the text is dm-snapshot's status line to the byte.</summary>
/// <param name="IsInvalid">Whether the snapshot is lost.</param>
/// <param name="MergeFailed">Whether its merge has stopped for good.</param>
/// <param name="IsOverflowed">Whether its store is full and takes no more writes.</param>
/// <param name="Allocated">Sectors of the store in use, <paramref name="Metadata"/> among them.</param>
/// <param name="Total">Sectors of the COW device.</param>
/// <param name="Metadata">Sectors with no data of the snapshot: the head and the areas.</param>
public sealed record SnapshotStatus(
    bool IsInvalid, bool MergeFailed, bool IsOverflowed, long Allocated, long Total, long Metadata)
{
    /// <summary>Whether nothing is left to merge.</summary>
    public bool IsMerged => !IsInvalid && !MergeFailed && Allocated == Metadata;

    /// <summary>The status of a snapshot with a persistent store.</summary>
    /// <param name="nextFree">The chunk where the next exception's data goes.</param>
    /// <param name="currentArea">The area where the next entry goes.</param>
    /// <param name="cowSectors">The length of the COW device.</param>
    /// <param name="layout">The layout of the store.</param>
    public static SnapshotStatus OfPersistent(long nextFree, long currentArea, long cowSectors, CowLayout layout) =>
        Of(nextFree * layout.ChunkSectors, cowSectors, (currentArea + 2) * layout.ChunkSectors);

    /// <summary>The status of a merge: what it has merged no longer counts.</summary>
    /// <param name="currentArea">The area that is being merged.</param>
    /// <param name="committed">The entries in it that are left.</param>
    /// <param name="cowSectors">The length of the COW device.</param>
    /// <param name="layout">The layout of the store.</param>
    public static SnapshotStatus OfMerge(long currentArea, int committed, long cowSectors, CowLayout layout) =>
        OfPersistent(layout.AreaChunk(currentArea) + committed + 1, currentArea, cowSectors, layout);

    /// <summary>The status of a snapshot with a transient store.</summary>
    /// <param name="usedSectors">Sectors of the COW device that have data.</param>
    /// <param name="total">The length of the COW device.</param>
    public static SnapshotStatus OfTransient(long usedSectors, long total) => Of(usedSectors, total, 0);

    /// <summary>The whole line of an origin, which has nothing to say.</summary>
    public static string OriginLine(long start, long length) => Line(start, length, SnapshotTarget.Origin, "");

    /// <summary>As <c>ALLOCATED/TOTAL METADATA</c>, or the worst that has happened.</summary>
    public override string ToString() => this switch
    {
        { IsInvalid: true } => "Invalid",
        { MergeFailed: true } => "Merge failed",
        { IsOverflowed: true } => "Overflow",
        _ => $"{Allocated}/{Total} {Metadata}",
    };

    /// <summary>The whole line, with where the target is in its table: <c>START LENGTH TARGET …</c>.</summary>
    public string FullLine(long start, long length, SnapshotTarget target) => Line(start, length, target, ToString());

    private static SnapshotStatus Of(long allocated, long total, long metadata) =>
        new(IsInvalid: false, MergeFailed: false, IsOverflowed: false, allocated, total, metadata);

    private static string Line(long start, long length, SnapshotTarget target, string text) =>
        $"{start} {length} {SnapshotTableWords.Of(target)} {text}";
}
