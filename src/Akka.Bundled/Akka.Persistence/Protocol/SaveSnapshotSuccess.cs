namespace Akka.Persistence;

/// <summary>Response: a snapshot is stored.</summary>
/// <param name="Metadata">Which, with the time that it got.</param>
public sealed record SaveSnapshotSuccess(SnapshotMetadata Metadata) : ISnapshotResponse;
