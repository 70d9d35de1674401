namespace Akka.Persistence;

/// <summary>Response: snapshots are deleted.</summary>
/// <param name="Criteria">Which.</param>
public sealed record DeleteSnapshotsSuccess(SnapshotSelectionCriteria Criteria) : ISnapshotResponse;
