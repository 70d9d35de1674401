using Akka.Configuration;

namespace Akka.Persistence.Sql;

/// <summary>What the journal and the snapshot store have in common in their settings.</summary>
/// <param name="Provider">Which database.</param>
/// <param name="ConnectionString">Which one of it.</param>
/// <param name="CreatesTables">Whether missing tables are made.</param>
/// <param name="DefaultSerializer">The serializer of what no binding names; null: that of System.Object.</param>
internal sealed record SqlSettings(
    SqlProvider Provider, string ConnectionString, bool CreatesTables, string? DefaultSerializer)
{
    /// <summary>Reads the settings under a path.</summary>
    /// <exception cref="ConfigurationException">One is missing or not supported; the message names it.</exception>
    public static SqlSettings Read(Config config, string path)
    {
        Demand(config, path, "table-mapping", "default");
        return new SqlSettings(
            ReadProvider(config, path),
            Required(config, path, "connection-string"),
            config.GetBoolean("auto-initialize", true),
            Optional(config, "serializer"));
    }

    /// <summary>Refuses what would silently mean something else here.</summary>
    /// <exception cref="ConfigurationException">The setting has another value.</exception>
    public static void Demand(Config config, string path, string key, string supported)
    {
        var value = config.GetString(key, supported);
        if (!string.Equals(value, supported, StringComparison.OrdinalIgnoreCase))
        {
            throw new ConfigurationException($"{path}.{key} is '{value}'; supported here is only '{supported}'.");
        }
    }

    private static SqlProvider ReadProvider(Config config, string path)
    {
        var name = Required(config, path, "provider-name");
        return name switch
        {
            "SQLite.MS" or "SQLite" => SqlProvider.Sqlite,
            _ when name.StartsWith("PostgreSQL", StringComparison.Ordinal) => SqlProvider.Postgres,
            _ => throw new ConfigurationException(
                $"{path}.provider-name is '{name}'; supported here are 'SQLite.MS' and 'PostgreSQL'."),
        };
    }

    private static string Required(Config config, string path, string key) =>
        Optional(config, key) ?? throw new ConfigurationException($"{path}.{key} is not set.");

    private static string? Optional(Config config, string key) =>
        config.GetString(key, null) is { Length: > 0 } value && value != "null" ? value : null;
}
