namespace Akka.Persistence;

/// <summary>Response: the snapshot that was asked for.</summary>
/// <param name="Snapshot">It, or null when there is none.</param>
/// <param name="ToSequenceNr">As in the request.</param>
public sealed record LoadSnapshotResult(SelectedSnapshot? Snapshot, long ToSequenceNr) : ISnapshotResponse;
