using System.Collections.Immutable;

namespace Kcopyd.Core.Snapshots;

/// <summary>Where a copy goes in one snapshot's store.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Start">Where it begins on the COW device; unit: sectors.</param>
/// <param name="Exceptions">The exceptions that it fills, in the order of their chunks, which are consecutive on both
/// devices.</param>
public sealed record ChunkFillTarget(SnapshotState Snapshot, long Start, ImmutableArray<ChunkException> Exceptions);
