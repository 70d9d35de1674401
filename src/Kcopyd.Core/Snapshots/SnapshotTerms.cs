namespace Kcopyd.Core.Snapshots;

/// <summary>What a snapshot is meant to be.</summary>
/// <param name="Length">How much of the origin it covers, from the origin's first sector on; unit: sectors.</param>
/// <param name="Spec">What its table line says of the store.</param>
/// <param name="Policy">How it meets load and failures.</param>
public sealed record SnapshotTerms(long Length, SnapshotStoreSpec Spec, SnapshotPolicy Policy);
