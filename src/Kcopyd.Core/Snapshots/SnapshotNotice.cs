namespace Kcopyd.Core.Snapshots;

/// <summary>What whoever runs an origin wants to hear of its snapshots.</summary>
/// <param name="Snapshot">The snapshot.</param>
public abstract record SnapshotNotice(SnapshotState Snapshot)
{
    /// <summary>Its store is filling up.</summary>
    /// <param name="Snapshot">The snapshot.</param>
    /// <param name="Percent">The warning that was reached; unit: percent of the store's device.</param>
    public sealed record Filling(SnapshotState Snapshot, int Percent) : SnapshotNotice(Snapshot);

    /// <summary>It overflowed: it can be read, and takes no writes.</summary>
    public sealed record Overflowed(SnapshotState Snapshot) : SnapshotNotice(Snapshot);

    /// <summary>Its store is full, and writes that need room there fail from now on.</summary>
    public sealed record Full(SnapshotState Snapshot) : SnapshotNotice(Snapshot);

    /// <summary>It is invalid from now on, for good.</summary>
    public sealed record Invalidated(SnapshotState Snapshot, SnapshotLoss Why) : SnapshotNotice(Snapshot);

    /// <summary>All of it is in the origin.</summary>
    public sealed record Merged(SnapshotState Snapshot) : SnapshotNotice(Snapshot);

    /// <summary>Merging stopped for good.</summary>
    public sealed record MergeFailed(SnapshotState Snapshot, SnapshotLoss Why) : SnapshotNotice(Snapshot);
}
