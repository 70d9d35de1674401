using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>What persistent actors read of <c>akka.persistence</c>.</summary>
public sealed class PersistenceSettings
{
    internal PersistenceSettings(Config config)
    {
        JournalPlugin = config.GetString("journal.plugin", "");
        SnapshotStorePlugin = config.GetString("snapshot-store.plugin", "");
        AutoStartJournals = [.. config.GetStringList("journal.auto-start-journals")];
        AutoStartSnapshotStores = [.. config.GetStringList("snapshot-store.auto-start-snapshot-stores")];
        MaxMessageBatchSize = config.GetInt("journal.max-message-batch-size", 0);
        MaxConcurrentRecoveries = config.GetInt("max-concurrent-recoveries", 0);
        if (MaxMessageBatchSize < 1 || MaxConcurrentRecoveries < 1)
        {
            throw new ConfigurationException(
                "akka.persistence.journal.max-message-batch-size and akka.persistence.max-concurrent-recoveries "
                + "are at least 1.");
        }
    }

    /// <summary>The section of the default journal.</summary>
    public string JournalPlugin { get; }

    /// <summary>The section of the default snapshot store; empty for none.</summary>
    public string SnapshotStorePlugin { get; }

    /// <summary>Events that go to a journal in one message, unless one command persists more.</summary>
    public int MaxMessageBatchSize { get; }

    /// <summary>Recoveries that run at the same time.</summary>
    public int MaxConcurrentRecoveries { get; }

    internal IReadOnlyList<string> AutoStartJournals { get; }

    internal IReadOnlyList<string> AutoStartSnapshotStores { get; }
}
