namespace Akka.Persistence;

/// <summary>Request: store a snapshot. Answered by <see cref="SaveSnapshotSuccess"/> or
/// <see cref="SaveSnapshotFailure"/>.</summary>
/// <param name="Metadata">Whose, and of which sequence number.</param>
/// <param name="Snapshot">The state.</param>
public sealed record SaveSnapshot(SnapshotMetadata Metadata, object Snapshot) : ISnapshotRequest;
