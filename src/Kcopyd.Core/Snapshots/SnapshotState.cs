namespace Kcopyd.Core.Snapshots;

/// <summary>A snapshot as the machine of its origin has it.</summary>
public sealed class SnapshotState
{
    /// <summary>A snapshot that does not run yet.</summary>
    /// <param name="terms">What it is meant to be.</param>
    /// <param name="store">Its store.</param>
    /// <param name="exceptions">The exceptions in the store, the snapshot's own from here on.</param>
    /// <param name="isValid">Whether its store is.</param>
    public SnapshotState(
        SnapshotTerms terms, ExceptionStore store, ExceptionTable exceptions, bool isValid = true)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(store);
        (Length, Spec, Policy, Store, IsValid) = (terms.Length, terms.Spec, terms.Policy, store, isValid);
        Map = new SnapshotMap(exceptions);
        if (!isValid)
        {
            Map.Set(SnapshotGate.Invalid);
        }
    }

    /// <summary>How much of the origin it covers; unit: sectors.</summary>
    public long Length { get; }

    /// <summary>Its store.</summary>
    public ExceptionStore Store { get; }

    /// <summary>Where its chunks are. May be asked by any thread.</summary>
    public SnapshotMap Map { get; }

    /// <summary>What its table line says.</summary>
    public SnapshotStoreSpec Spec { get; internal set; }

    /// <summary>How it meets load and failures.</summary>
    public SnapshotPolicy Policy { get; internal set; }

    /// <summary>How its chunks lie.</summary>
    public CowLayout Layout => Store.Layout;

    /// <summary>Whether it shows anything any more.</summary>
    public bool IsValid { get; internal set; }

    /// <summary>Whether it takes no writes since its store was full.</summary>
    public bool IsOverflowed { get; internal set; }

    /// <summary>Whether a merge of it stopped for good.</summary>
    public bool HasMergeFailed { get; internal set; }

    /// <summary>Whether it is the one that is merged into its origin.</summary>
    public bool IsMerging { get; internal set; }

    /// <summary>Whether it keeps what it shows when the origin changes.</summary>
    public bool IsActive { get; internal set; }

    /// <summary>Whether its own requests run.</summary>
    public DevicePhase Phase { get; internal set; }

    /// <summary>Whether its store is being marked invalid: the origin does not change before.</summary>
    internal bool IsMarking { get; set; }

    /// <summary>Exceptions under way, by chunk of the origin.</summary>
    internal Dictionary<long, ChunkException> Pending { get; } = [];

    /// <summary>Exceptions that are durable, while older reads of the origin go on.</summary>
    internal List<ChunkException> Draining { get; } = [];

    /// <summary>Requests that wait for room among the exceptions under way.</summary>
    internal Queue<(ChunkWait Wait, int Count)> Crowd { get; } = [];

    /// <summary>Requests that wait until the store is marked invalid.</summary>
    internal List<ChunkWait> UntilMarked { get; } = [];

    /// <summary>Its own requests that wait until it runs.</summary>
    internal List<ChunkRequest> Parked { get; } = [];

    /// <summary>Copies into its store that are under way.</summary>
    internal int FillCount { get; set; }

    /// <summary>Its own requests that are not over.</summary>
    internal int ActiveCount { get; set; }

    /// <summary>The fill warnings that were given.</summary>
    internal int WarningsGiven { get; set; }

    /// <summary>Whether it was said that the store is full.</summary>
    internal bool IsFull { get; set; }

    /// <summary>Whether it goes away when nothing of it is on its way.</summary>
    internal bool IsLeaving { get; set; }

    /// <summary>Exceptions under way; never more than <see cref="SnapshotPolicy.MaxPending"/>.</summary>
    public int PendingCount => Pending.Count;

    /// <summary>Whether nothing of it is on its way: its devices can be closed.</summary>
    public bool IsQuiet => IsIdle && ActiveCount == 0;

    /// <summary>Whether nothing of it is on its way into the store.</summary>
    internal bool IsIdle => Pending.Count == 0 && FillCount == 0 && !IsMarking && Store.IsIdle;

    /// <summary>The most exceptions that may be under way.</summary>
    internal int PendingLimit => Math.Max(1, Policy.MaxPending);

    /// <summary>Whether changes of the origin wait for it.</summary>
    internal bool Reacts => IsActive && !IsMerging && (IsValid || IsMarking);

    /// <summary>The status line.</summary>
    public SnapshotStatus Status => new(
        !IsValid, HasMergeFailed, IsOverflowed, Store.AllocatedSectors, Store.CowSectors, Store.MetadataSectors);

    /// <summary>The chunks of a range that it covers; last before first: none.</summary>
    internal (long First, long Last) ChunksOf(SectorRange range) => range.IsEmpty || range.Start >= Length
        ? (0, -1)
        : (Layout.ChunkOf(range.Start), Layout.ChunkOf(Math.Min(range.End, Length) - 1));
}
