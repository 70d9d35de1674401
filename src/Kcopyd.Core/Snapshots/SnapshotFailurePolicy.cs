namespace Kcopyd.Core.Snapshots;

/// <summary>Who pays when what a snapshot shows cannot be kept: its store is full or fails.</summary>
public enum SnapshotFailurePolicy
{
    /// <summary>The snapshot: it becomes invalid, and the origin never notices. As dm-snapshot does.</summary>
    InvalidateSnapshot,

    /// <summary>Whoever writes: the write fails, of the origin or of the snapshot, and the snapshot stays what it is.
    /// </summary>
    FailWrite,
}
