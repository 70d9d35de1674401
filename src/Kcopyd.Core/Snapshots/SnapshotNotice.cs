namespace Kcopyd.Core.Snapshots;

/// <summary>What whoever runs a snapshot wants to hear of it.</summary>
public abstract record SnapshotNotice
{
    private SnapshotNotice()
    {
    }

    /// <summary>Its store is filling up.</summary>
    /// <param name="Percent">The warning that was reached; unit: percent of the store's device.</param>
    public sealed record Filling(int Percent) : SnapshotNotice;

    /// <summary>It overflowed: it can be read, and takes no writes.</summary>
    public sealed record Overflowed : SnapshotNotice;

    /// <summary>Its store is full, and writes that need room there fail from now on.</summary>
    public sealed record Full : SnapshotNotice;

    /// <summary>It is invalid from now on, for good.</summary>
    public sealed record Invalidated(SnapshotLoss Why) : SnapshotNotice;

    /// <summary>All of it is in the origin.</summary>
    public sealed record Merged : SnapshotNotice;

    /// <summary>Merging stopped for good.</summary>
    public sealed record MergeFailed(SnapshotLoss Why) : SnapshotNotice;
}
