namespace Akka.Persistence;

/// <summary>What a persistent actor receives first in a recovery that begins with a snapshot.</summary>
/// <param name="Metadata">Which.</param>
/// <param name="Snapshot">The state.</param>
public sealed record SnapshotOffer(SnapshotMetadata Metadata, object Snapshot);
