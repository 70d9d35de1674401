using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Akka.Persistence.Sql.Databases;

/// <summary>A database of a PostgreSQL server.</summary>
internal sealed class PostgresDatabase : SqlDatabase
{
    /// <summary>Two systems that start at once must not make the same table. A number of our own: "akka".</summary>
    private const long SchemaLock = 0x616b6b61;

    /// <summary>A commit waits for stable storage whatever the server's default is; what is stricter stays. And a
    /// stream that a hanging client holds must not hold the writes of all others for long.</summary>
    private static readonly string Durable = $"""
        SELECT set_config('synchronous_commit', 'on', true)
            WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
        SET LOCAL lock_timeout = '{DefaultWait.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)}ms'
        """;

    private readonly string _connectionString;

    public PostgresDatabase(string connectionString, SqlPersistence persistence)
        : this(new NpgsqlConnectionStringBuilder(connectionString), Names(connectionString, "Timeout"), persistence)
    {
    }

    private PostgresDatabase(NpgsqlConnectionStringBuilder settings, bool hasTimeout, SqlPersistence persistence)
        : base(
            $"PostgreSQL database {settings.Database ?? settings.Username} on {settings.Host}:{settings.Port}",
            persistence)
    {
        if (!hasTimeout)
        {
            // Less than the circuit breaker's patience, so that it is this failure that is heard of.
            settings.Timeout = (int)DefaultWait.TotalSeconds;
        }

        _connectionString = settings.ConnectionString;
    }

    public override DbConnection Open()
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override void CreateTables(DbConnection connection, SqlTables tables)
    {
        using var transaction = connection.BeginTransaction();
        transaction.Run("SELECT pg_advisory_xact_lock(@lock)", ("@lock", SchemaLock));
        transaction.Run(tables is SqlTables.Journal ? PostgresSchema.Journal : PostgresSchema.Snapshot);
        transaction.Commit();
    }

    public override IReadOnlySet<string> ColumnsOf(DbConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT attname::text FROM pg_attribute
            WHERE attrelid = to_regclass(@table) AND attnum > 0 AND NOT attisdropped
            """;
        command.Add("@table", table);
        return command.ReadNames();
    }

    public override string? NewerSchema(DbConnection connection) => null;

    public override DbTransaction BeginWrite(DbConnection connection)
    {
        var transaction = connection.BeginTransaction();
        try
        {
            transaction.Run(Durable);
            return transaction;
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    public override JournalInserter CreateInserter(DbConnection connection) =>
        new PostgresInserter((NpgsqlConnection)connection);

    /// <summary>The server lets many write.</summary>
    public override IDisposable? EnterWrite() => null;

    public override void ForgetConnections(DbConnection connection) =>
        NpgsqlConnection.ClearPool((NpgsqlConnection)connection);

    protected override (SqlFailureKind Kind, string Reason) Classify(DbException cause, SqlStage stage) =>
        PostgresErrors.Classify(cause, stage);
}
