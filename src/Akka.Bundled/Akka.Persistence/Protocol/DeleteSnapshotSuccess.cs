namespace Akka.Persistence;

/// <summary>Response: a snapshot is deleted, or there was none.</summary>
/// <param name="Metadata">Which.</param>
public sealed record DeleteSnapshotSuccess(SnapshotMetadata Metadata) : ISnapshotResponse;
