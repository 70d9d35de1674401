using Akka.Configuration;

namespace Akka.Persistence.Sql.Journal;

/// <summary>The settings of the journal.</summary>
/// <param name="Sql">What it shares with the snapshot store.</param>
/// <param name="BufferSize">Requests that may wait for a thread.</param>
/// <param name="BatchSize">Events in a transaction.</param>
/// <param name="ReplayBatchSize">Events read by one statement.</param>
internal sealed record JournalSettings(SqlSettings Sql, int BufferSize, int BatchSize, int ReplayBatchSize)
{
    /// <summary>Reads the settings under <see cref="SqlPersistence.JournalConfigPath"/>.</summary>
    /// <exception cref="ConfigurationException">One is missing or not supported; the message names it.</exception>
    public static JournalSettings Read(Config config)
    {
        const string path = SqlPersistence.JournalConfigPath;
        SqlSettings.Demand(config, path, "tag-write-mode", "TagTable");
        if (config.GetBoolean("delete-compatibility-mode", false))
        {
            throw new ConfigurationException($"{path}.delete-compatibility-mode is on; supported here is only off.");
        }

        return new JournalSettings(
            SqlSettings.Read(config, path),
            Positive(config, "buffer-size", 5000),
            Positive(config, "batch-size", 100),
            Positive(config, "replay-batch-size", 1000));
    }

    private static int Positive(Config config, string key, int usual)
    {
        var value = config.GetInt(key, usual);
        return value > 0
            ? value
            : throw new ConfigurationException($"{SqlPersistence.JournalConfigPath}.{key} is {value}; at least 1.");
    }
}
