namespace Kcopyd.Core.Snapshots;

/// <summary>What is true after a read of a snapshot.</summary>
/// <param name="IsGood">Whether what was read is what the snapshot shows: it was valid all the time.</param>
/// <param name="IsAwaited">Whether the machine waits for such ends, and is to be told.</param>
public readonly record struct SnapshotReadEnd(bool IsGood, bool IsAwaited);
