namespace Akka.Persistence;

/// <summary>Response: snapshots are not deleted.</summary>
/// <param name="Criteria">Which.</param>
/// <param name="Cause">Why.</param>
public sealed record DeleteSnapshotsFailure(SnapshotSelectionCriteria Criteria, Exception Cause) : ISnapshotResponse;
