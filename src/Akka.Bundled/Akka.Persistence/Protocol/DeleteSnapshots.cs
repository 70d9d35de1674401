namespace Akka.Persistence;

/// <summary>Request: delete the snapshots that criteria select. Answered by <see cref="DeleteSnapshotsSuccess"/> or
/// <see cref="DeleteSnapshotsFailure"/>.</summary>
/// <param name="PersistenceId">Whose.</param>
/// <param name="Criteria">Which.</param>
public sealed record DeleteSnapshots(string PersistenceId, SnapshotSelectionCriteria Criteria) : ISnapshotRequest;
