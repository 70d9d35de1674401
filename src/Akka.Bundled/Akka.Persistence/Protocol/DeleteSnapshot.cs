namespace Akka.Persistence;

/// <summary>Request: delete one snapshot. Answered by <see cref="DeleteSnapshotSuccess"/> or
/// <see cref="DeleteSnapshotFailure"/>.</summary>
/// <param name="Metadata">Which; without a time it is the one of that sequence number.</param>
public sealed record DeleteSnapshot(SnapshotMetadata Metadata) : ISnapshotRequest;
