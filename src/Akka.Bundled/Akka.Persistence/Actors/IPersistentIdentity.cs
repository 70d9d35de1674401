namespace Akka.Persistence;

/// <summary>Whose events an actor reads and writes, and where.</summary>
public interface IPersistentIdentity
{
    /// <summary>The name of the stream of events: the same in every life of the actor, and of no other.</summary>
    string PersistenceId { get; }

    /// <summary>The section of the journal; null or empty for the default one.</summary>
    string? JournalPluginId { get; }

    /// <summary>The section of the snapshot store; null or empty for the default one.</summary>
    string? SnapshotPluginId { get; }
}
