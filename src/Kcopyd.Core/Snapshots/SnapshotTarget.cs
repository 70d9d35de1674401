namespace Kcopyd.Core.Snapshots;

/// <summary>What a snapshot's table describes.</summary>
public enum SnapshotTarget
{
    /// <summary><c>snapshot-origin</c>: the device whose old contents its snapshots keep.</summary>
    Origin,

    /// <summary><c>snapshot</c>: the origin as it was, and what was written to the snapshot since.</summary>
    Snapshot,

    /// <summary><c>snapshot-merge</c>: the origin while a snapshot is copied back into it.</summary>
    Merge,
}
