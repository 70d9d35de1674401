namespace Akka.Persistence;

/// <summary>Request: find the latest snapshot that criteria select. Answered by <see cref="LoadSnapshotResult"/> or
/// <see cref="LoadSnapshotFailed"/>.</summary>
/// <param name="PersistenceId">Whose snapshot.</param>
/// <param name="Criteria">Which are considered.</param>
/// <param name="ToSequenceNr">The highest sequence number; snapshots above it are not considered.</param>
public sealed record LoadSnapshot(string PersistenceId, SnapshotSelectionCriteria Criteria, long ToSequenceNr)
    : ISnapshotRequest;
