namespace Kcopyd.Actors.Snapshots;

/// <summary>A snapshot in numbers.</summary>
/// <param name="Exceptions">Chunks that the store has.</param>
/// <param name="Pending">Chunks on their way into it.</param>
/// <param name="Merged">Chunks that were merged into the origin since the snapshot was loaded.</param>
public sealed record SnapshotCounts(long Exceptions, int Pending, long Merged);
