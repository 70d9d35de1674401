using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Sql.Databases;

namespace Akka.Persistence.Sql;

/// <summary>The settings of the SQL journal and snapshot store.</summary>
/// <remarks>Use <see cref="DefaultConfiguration"/> as the fallback of a system's configuration; then only the two
/// connection strings and provider names are left to set.</remarks>
public sealed class SqlPersistence : IExtension
{
    /// <summary>Where the settings of the journal are.</summary>
    public const string JournalConfigPath = "akka.persistence.journal.sql";

    /// <summary>Where the settings of the snapshot store are.</summary>
    public const string SnapshotStoreConfigPath = "akka.persistence.snapshot-store.sql";

    /// <summary>Every setting that there is, with its default.</summary>
    public static readonly Config DefaultConfiguration = ConfigurationFactory.ParseString(
        """
        akka.persistence.journal.sql {
          # The journal's type. Here it is in an assembly of another name, and found by this one.
          class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"

          # Runs the journal's actor, which serializes events. It never waits for the database.
          plugin-dispatcher = "akka.persistence.dispatchers.default-plugin-dispatcher"

          # Names the database, in the words of Microsoft.Data.Sqlite or Npgsql. Required.
          # A wait for a lock ends after 5 s, as does one for a connection; "Default Timeout" (SQLite, for a lock)
          # and "Timeout" (PostgreSQL, for a connection) change that, in seconds.
          connection-string = ""

          # "SQLite.MS", or "PostgreSQL" with or without a version: "PostgreSQL.15". Required.
          provider-name = ""

          # Whether missing tables and indexes are made.
          auto-initialize = true

          # Write requests that may wait; a further one fails at once.
          buffer-size = 5000

          # Events in a transaction. A request of more is a transaction of its own.
          batch-size = 100

          # Events read by one statement of a recovery.
          replay-batch-size = 1000

          # The serializer of what no binding names; null: that of System.Object.
          serializer = null

          # Accepted and without effect here: one thread writes, and its statements are prepared.
          db-round-trip-max-batch-size = 1000
          prefer-parameters-on-multirow-insert = false
          parallelism = 3
          max-row-by-row-size = 100
          use-clone-connection = true
          materializer-dispatcher = "akka.actor.default-dispatcher"
          warn-on-auto-init-fail = true

          # Refused here with any other value.
          delete-compatibility-mode = false
          table-mapping = default
          tag-write-mode = TagTable
        }

        akka.persistence.snapshot-store.sql {
          # The store's type.
          class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"

          # Runs the store's actor, which serializes snapshots. It never waits for the database.
          plugin-dispatcher = "akka.persistence.dispatchers.default-plugin-dispatcher"

          # As of the journal.
          connection-string = ""
          provider-name = ""
          auto-initialize = true
          serializer = null

          # Accepted and without effect here.
          use-clone-connection = true
          warn-on-auto-init-fail = true

          # Refused here with any other value.
          table-mapping = default
        }

        # Texts and whole numbers as rows have them under the published packages.
        akka.actor {
          serializers.akka-sql-primitive =
            "Akka.Persistence.Sql.PrimitiveSerializer, Kcopyd.Bundled.Akka.Persistence.Sql"
          serialization-identifiers {
            "Akka.Persistence.Sql.PrimitiveSerializer, Kcopyd.Bundled.Akka.Persistence.Sql" = 17
          }
          serialization-bindings {
            "System.String" = akka-sql-primitive
            "System.Int32" = akka-sql-primitive
            "System.Int64" = akka-sql-primitive
          }
        }
        """);

    private readonly ConcurrentDictionary<string, SqlDamage> _damages = new(StringComparer.Ordinal);

    /// <summary>The settings of a system.</summary>
    /// <param name="system">The system; what it does not set has its default afterwards.</param>
    public SqlPersistence(ExtendedActorSystem system)
    {
        // It reads and then sets: two at once, and the fallback of one is lost.
        lock (system.Settings)
        {
            system.Settings.InjectTopLevelFallback(DefaultConfiguration);
        }
    }

    /// <summary>Every setting that there is, with its default.</summary>
    public Config DefaultConfig => DefaultConfiguration;

    /// <summary>The defaults of the journal, without their path.</summary>
    public Config DefaultJournalConfig => DefaultConfiguration.GetConfig(JournalConfigPath);

    /// <summary>The defaults of the snapshot store, without their path.</summary>
    public Config DefaultSnapshotConfig => DefaultConfiguration.GetConfig(SnapshotStoreConfigPath);

    /// <summary>What all plug-ins of the system know of the damage of a database.</summary>
    internal SqlDamage DamageOf(string database) => _damages.GetOrAdd(database, _ => new SqlDamage());

    /// <summary>The extension of a system.</summary>
    public static SqlPersistence Get(ActorSystem system) =>
        system.WithExtension<SqlPersistence, SqlPersistenceProvider>();
}
