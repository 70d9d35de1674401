namespace Kcopyd.Actors.Snapshots;

/// <summary>What snapshots of an origin are made with.</summary>
/// <param name="Setup">The origin.</param>
/// <param name="Calls">Its calls.</param>
internal sealed record SnapshotParts(OriginSetup Setup, OriginCalls Calls);
