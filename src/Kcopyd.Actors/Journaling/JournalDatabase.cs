using System.Data.Common;
using Akka.Actor;
using Microsoft.Data.Sqlite;

namespace Kcopyd.Actors.Journaling;

/// <summary>The database of a journal or a snapshot store, for reading.</summary>
/// <param name="IsSqlite">Whether it is a SQLite file; else it is on a PostgreSQL server.</param>
/// <param name="ConnectionString">How to reach it.</param>
internal sealed record JournalDatabase(bool IsSqlite, string ConnectionString)
{
    private const int SqliteDamaged = 11;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNotADatabase = 26;

    /// <summary>Seconds that a reader waits for one who writes.</summary>
    private const int Patience = 5;

    /// <summary>Whether it can be there at all: a file that does not exist yet has nothing.</summary>
    /// <exception cref="JournalException">The system does not let anyone find out.</exception>
    public bool Exists => !IsSqlite || FileExists(DataSource);

    private string DataSource => new SqliteConnectionStringBuilder(ConnectionString).DataSource;

    private string Name => IsSqlite ? $"The journal {DataSource}" : PostgresJournal.NameOf(ConnectionString);

    /// <summary>The database of a plug-in, by the system's configuration.</summary>
    /// <exception cref="JournalException">The plug-in is none of the SQL ones.</exception>
    public static JournalDatabase Of(ActorSystem system, string pluginId)
    {
        var plugin = system.Settings.Config.GetConfig(pluginId);
        var provider = plugin?.GetString("provider-name", null) ?? string.Empty;
        var isPostgres = provider.StartsWith("PostgreSQL", StringComparison.Ordinal);
        return isPostgres || provider.StartsWith("SQLite", StringComparison.Ordinal)
            ? new JournalDatabase(!isPostgres, plugin!.GetString("connection-string"))
            : throw new JournalException(
                $"The jobs of {pluginId} cannot be listed: its provider-name is '{provider}', "
                + "and only SQLite and PostgreSQL are known.");
    }

    /// <summary>Opens it; writes nothing, whatever state it is in.</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        DbConnection connection = IsSqlite
            ? new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString)
            {
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
                DefaultTimeout = Patience,
            }.ConnectionString)
            : PostgresJournal.Connect(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether there is a table of that name.</summary>
    public async Task<bool> HasTableAsync(DbConnection connection, string table, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            if (IsSqlite)
            {
                command.CommandText = "SELECT COUNT(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = @table";
            }
            else
            {
                command.CommandText = "SELECT to_regclass(@table) IS NOT NULL";
            }

            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ("@table", table);
            command.Parameters.Add(parameter);
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true or 1L;
        }
    }

    /// <summary>What a failure to read it is to people.</summary>
    public JournalException Unreadable(DbException cause) => cause switch
    {
        SqliteException { SqliteErrorCode: SqliteDamaged or SqliteNotADatabase } => Damaged(cause),
        not SqliteException when PostgresJournal.IsDamage(cause) => Damaged(cause),
        SqliteException { SqliteErrorCode: SqliteCannotOpen } when FileAccessError.OfReading(DataSource) is { } why =>
            new JournalException($"{Name} cannot be read: {why}", cause),
        SqliteException { SqliteErrorCode: SqliteCannotOpen } when FileAccessError.OfWriting(DataSource) is { } why =>
            new JournalException(
                $"{Name} cannot be read where nothing can be written: {why}, and SQLite makes files beside it to read; "
                + "a copy of it elsewhere can be read",
                cause),
        _ => new JournalException($"{Name} cannot be read: {cause.Message}", cause),
    };

    private JournalException Damaged(DbException cause) =>
        new($"{Name} is damaged and is left as it is: {cause.Message}", cause);

    /// <summary>A file that nobody may look at is not one that is not there: what it holds would seem to be
    /// nothing.</summary>
    private bool FileExists(string path)
    {
        try
        {
            _ = File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"{Name} cannot be read: {e.Message}", e);
        }
    }
}
