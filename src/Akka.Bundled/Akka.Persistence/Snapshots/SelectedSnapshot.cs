namespace Akka.Persistence;

/// <summary>A snapshot out of a store.</summary>
/// <param name="Metadata">Which.</param>
/// <param name="Snapshot">The state.</param>
public sealed record SelectedSnapshot(SnapshotMetadata Metadata, object Snapshot);
