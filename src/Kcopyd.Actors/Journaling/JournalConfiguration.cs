using Akka.Configuration;
using Akka.Persistence.Sql;
using Kcopyd.Actors.Hosting;
using Microsoft.Data.Sqlite;

namespace Kcopyd.Actors.Journaling;

/// <summary>Configurations of actor systems whose jobs are journaled. Give one to <c>ActorSystem.Create</c>, with one's
/// own settings before it.</summary>
public static class JournalConfiguration
{
    /// <summary>A journal in a SQLite file of this machine.</summary>
    /// <param name="path">The file, made when it is first written; its directory must be there. Not on a device that
    /// the jobs are about.</param>
    public static Config Sqlite(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var settings = new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(path) };
        return Sql("SQLite.MS", settings.ConnectionString);
    }

    /// <summary>A journal on a PostgreSQL server, from version 15.</summary>
    /// <param name="connectionString">The database in the words of Npgsql: <c>Host=…;Username=…;Database=…</c>. It must
    /// be there; its tables are made.</param>
    public static Config Postgres(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        return Sql("PostgreSQL.15", connectionString);
    }

    private static Config Sql(string provider, string connectionString) => ConfigurationFactory.ParseString(
        $$"""
        akka.persistence {
          journal {
            plugin = "{{SqlPersistence.JournalConfigPath}}"
            sql {
              provider-name = "{{provider}}"
              connection-string = {{Quoted(connectionString)}}
              auto-initialize = true

              # A stream may go back to a runner that had it before: its numbers alone say what came first.
              replay-filter.mode = off
            }
          }
          snapshot-store {
            plugin = "{{SqlPersistence.SnapshotStoreConfigPath}}"
            sql {
              provider-name = "{{provider}}"
              connection-string = {{Quoted(connectionString)}}
              auto-initialize = true
            }
          }
        }
        {{KcopydSerialization.Settings}}
        """).WithFallback(SqlPersistence.DefaultConfiguration);

    private static string Quoted(string text) =>
        '"' + text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
}
