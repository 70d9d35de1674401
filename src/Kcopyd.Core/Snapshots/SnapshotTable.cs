namespace Kcopyd.Core.Snapshots;

/// <summary>
/// An origin, a snapshot or a merge as device-mapper's table line describes it. Always one that can be built.
/// </summary>
public sealed record SnapshotTable
{
    /// <summary>The chunk size of a new store when the table leaves it open, where blocks are no larger.</summary>
    public const int DefaultChunkSectors = 32;

    private SnapshotTable(SnapshotTarget target, long start, long length, string origin, SnapshotStoreSpec? store)
    {
        _ = SectorRange.Create(start, length);
        ArgumentOutOfRangeException.ThrowIfZero(length);
        TableLine.CheckWord(origin, nameof(origin));
        Target = target;
        Start = start;
        Length = length;
        Origin = origin;
        Store = store;
    }

    /// <summary>What the table describes.</summary>
    public SnapshotTarget Target { get; }

    /// <summary>The position in a table of several targets, in sectors; else 0.</summary>
    public long Start { get; }

    /// <summary>The length, in sectors.</summary>
    public long Length { get; }

    /// <summary>
    /// The origin's device as it was written: a path or a URI without white space. A path that has some is written
    /// as a percent-encoded file URI.
    /// </summary>
    public string Origin { get; }

    /// <summary>The store; null for an origin.</summary>
    public SnapshotStoreSpec? Store { get; }

    /// <summary>The COW device as it was written; null for an origin.</summary>
    public string? Cow => Store?.Device;

    /// <summary>What is kept on the COW device; null for an origin.</summary>
    public SnapshotStoreKind? StoreKind => Store?.Kind;

    /// <summary>Sectors in a chunk; 0 is what the head of a persistent store says.</summary>
    public int ChunkSectors => Store?.ChunkSectors ?? 0;

    /// <summary>Whether a discarded chunk that is in the store becomes zeros there.</summary>
    public bool DiscardZeroesCow => Store?.Features.HasFlag(SnapshotFeatures.DiscardZeroesCow) ?? false;

    /// <summary>Whether a discard goes to the origin's device too.</summary>
    public bool DiscardPassdownOrigin => Store?.Features.HasFlag(SnapshotFeatures.DiscardPassdownOrigin) ?? false;

    /// <summary>What stands behind the target in the line, as device-mapper prints it.</summary>
    public string Parameters => Store is null ? Origin : $"{Origin} {Store}";

    /// <summary>The table of an origin.</summary>
    /// <exception cref="ArgumentException">These describe none.</exception>
    public static SnapshotTable OfOrigin(long start, long length, string origin) =>
        new(SnapshotTarget.Origin, start, length, origin, store: null);

    /// <summary>The table of a snapshot.</summary>
    /// <exception cref="ArgumentException">These describe none, or the COW device is the origin.</exception>
    public static SnapshotTable OfSnapshot(long start, long length, string origin, SnapshotStoreSpec store) =>
        new(SnapshotTarget.Snapshot, start, length, origin, Checked(store, origin));

    /// <summary>The table of a merge; its store is persistent.</summary>
    /// <exception cref="ArgumentException">These describe none, or the COW device is the origin.</exception>
    public static SnapshotTable OfMerge(long start, long length, string origin, SnapshotStoreSpec store) =>
        store.Kind == SnapshotStoreKind.Transient
            ? throw new ArgumentException("A transient store is never merged.", nameof(store))
            : new(SnapshotTarget.Merge, start, length, origin, Checked(store, origin));

    /// <summary>Reads a table line.</summary>
    /// <param name="line">
    /// <c>START LENGTH snapshot-origin ORIGIN</c>, or
    /// <c>START LENGTH snapshot|snapshot-merge ORIGIN COW P|PO|N CHUNK [#FEATURES FEATURES…]</c>; everything in
    /// sectors. Devices are paths or URIs without white space: a path that has some is written as a
    /// percent-encoded file URI.
    /// </param>
    /// <exception cref="SnapshotTableException">The line describes none of them.</exception>
    public static SnapshotTable Parse(string line) => new SnapshotTableParser(line).Parse();

    /// <summary>The chunk size of a new store whose table leaves it open, in sectors.</summary>
    /// <param name="originBlockBytes">The logical block of the origin.</param>
    /// <param name="cowBlockBytes">The logical block of the COW device.</param>
    public static int NewChunkSectors(int originBlockBytes, int cowBlockBytes) =>
        Math.Max(DefaultChunkSectors, Math.Max(originBlockBytes, cowBlockBytes) / Sectors.Size);

    /// <summary>Refuses a chunk size that cuts through a block of one of the devices.</summary>
    /// <param name="chunkSectors">That of the table, or of the head, which counts more.</param>
    /// <param name="originBlockBytes">The logical block of the origin.</param>
    /// <param name="cowBlockBytes">The logical block of the COW device.</param>
    /// <exception cref="SnapshotTableException">It does.</exception>
    public static void CheckBlocks(int chunkSectors, int originBlockBytes, int cowBlockBytes)
    {
        CheckBlock(chunkSectors, "the COW device", cowBlockBytes);
        CheckBlock(chunkSectors, "the origin", originBlockBytes);
    }

    /// <summary>The same table with the chunk size that the head of the store says, in sectors.</summary>
    /// <exception cref="ArgumentException">No store has such chunks.</exception>
    /// <exception cref="InvalidOperationException">It is the table of an origin.</exception>
    public SnapshotTable WithChunkSectors(int chunkSectors) => Store is null
        ? throw new InvalidOperationException("An origin has no chunk size.")
        : new(
            Target,
            Start,
            Length,
            Origin,
            new SnapshotStoreSpec(Store.Device, Store.Kind, chunkSectors, Store.Features));

    /// <summary>The whole line, as <see cref="Parse"/> takes it.</summary>
    public override string ToString() => $"{Start} {Length} {SnapshotTableWords.Of(Target)} {Parameters}";

    private static SnapshotStoreSpec Checked(SnapshotStoreSpec store, string origin) => store.Device != origin
        ? store
        : throw new ArgumentException($"The COW device is the origin, {origin}.", nameof(store));

    private static void CheckBlock(int chunkSectors, string device, int blockBytes)
    {
        if (Sectors.ToBytes(chunkSectors) % blockBytes != 0)
        {
            throw new SnapshotTableException(
                $"a chunk has {Sectors.ToBytes(chunkSectors)} bytes, but a block of {device} has {blockBytes}",
                word: null,
                SnapshotTableErrors.NotOfBlocks);
        }
    }
}
