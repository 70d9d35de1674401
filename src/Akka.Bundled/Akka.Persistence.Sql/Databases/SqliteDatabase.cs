using System.Data.Common;
using Akka.Configuration;
using Microsoft.Data.Sqlite;

namespace Akka.Persistence.Sql.Databases;

/// <summary>A SQLite file. In WAL mode readers and the one writer do not wait for each other; with
/// synchronous=FULL a commit returns when the log is on stable storage.</summary>
internal sealed class SqliteDatabase : SqlDatabase
{
    private readonly string _connectionString;
    private readonly int _waitSeconds;
    private readonly SqliteTurns _turns;

    /// <exception cref="ConfigurationException">The database would be in memory.</exception>
    public SqliteDatabase(string connectionString, SqlPersistence persistence)
        : this(
            new SqliteConnectionStringBuilder(connectionString),
            Names(connectionString, "Default Timeout"),
            persistence)
    {
    }

    private SqliteDatabase(SqliteConnectionStringBuilder settings, bool hasTimeout, SqlPersistence persistence)
        : base($"SQLite database {settings.DataSource}", persistence)
    {
        if (settings.Mode is SqliteOpenMode.Memory || settings.DataSource is "" or ":memory:")
        {
            throw new ConfigurationException(
                "The connection string names no file: a SQLite database in memory would be one for each thread.");
        }

        // A pooled connection would keep the file open after the actor system has ended.
        settings.Pooling = false;
        if (!hasTimeout)
        {
            settings.DefaultTimeout = (int)DefaultWait.TotalSeconds;
        }

        _connectionString = settings.ConnectionString;
        _waitSeconds = settings.DefaultTimeout;
        _turns = SqliteTurns.At(Path.GetFullPath(settings.DataSource));
    }

    public override DbConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();

            // SQLite's own waiting looks every few milliseconds; that of the driver, seven times a second.
            Execute(connection, $"PRAGMA busy_timeout = {_waitSeconds * 1000L}");
            Execute(connection, "PRAGMA synchronous = FULL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The file says for good that it has a log.</summary>
    public override void Adopt(DbConnection connection)
    {
        if (!IsWal(connection))
        {
            Execute(connection, "PRAGMA journal_mode = WAL");
        }
    }

    public override void CreateTables(DbConnection connection, SqlTables tables)
    {
        using var transaction = BeginWrite(connection);
        Execute(connection, tables is SqlTables.Journal ? SqliteSchema.Journal : SqliteSchema.Snapshot, transaction);
        transaction.Commit();
    }

    public override IReadOnlySet<string> ColumnsOf(DbConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_info(@table)";
        command.Add("@table", table);
        return command.ReadNames();
    }

    public override string? NewerSchema(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return command.ExecuteScalar() is long version and not 0
            ? $"a newer version made its tables (schema {version}, this build knows 0)"
            : null;
    }

    /// <summary>Takes the write lock at once: a transaction that begins by reading could not wait for it later.
    /// </summary>
    public override DbTransaction BeginWrite(DbConnection connection) =>
        ((SqliteConnection)connection).BeginTransaction(deferred: false);

    public override JournalInserter CreateInserter(DbConnection connection) =>
        new SqliteInserter((SqliteConnection)connection);

    public override IDisposable EnterWrite() => _turns.Enter();

    protected override (SqlFailureKind Kind, string Reason) Classify(DbException cause, SqlStage stage) =>
        cause is SqliteException sqlite
            ? SqliteErrors.Classify(sqlite, stage, _waitSeconds)
            : (SqlFailureKind.Refused, cause.Message);

    private static bool IsWal(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode";
        return command.ExecuteScalar() is "wal";
    }

    private static void Execute(DbConnection connection, string statement, DbTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
