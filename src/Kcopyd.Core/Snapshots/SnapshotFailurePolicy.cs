namespace Kcopyd.Core.Snapshots;

/// <summary>Who pays when what a snapshot shows cannot be kept: its store is full or fails.</summary>
public enum SnapshotFailurePolicy
{
    /// <summary>The snapshot: it becomes invalid. Writes of the origin succeed, as soon as the store is marked invalid
    /// or could not be marked; then a crash may find it valid. As dm-snapshot does.</summary>
    InvalidateSnapshot,

    /// <summary>Whoever writes: the write fails, of the origin or of the snapshot, and the snapshot stays what it is.
    /// A transient store whose device fails a flush makes its snapshot invalid all the same.</summary>
    FailWrite,
}
