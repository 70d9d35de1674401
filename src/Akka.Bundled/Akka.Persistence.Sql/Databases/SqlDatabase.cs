using System.Data.Common;

namespace Akka.Persistence.Sql.Databases;

/// <summary>What differs between the databases: connections, transactions, tables, and what an error means.</summary>
/// <remarks>Calls block, so they belong on a <see cref="Threads.SqlThread"/>. Any thread may call; a connection
/// belongs to one.</remarks>
internal abstract class SqlDatabase
{
    private readonly SqlDamage _damage;

    /// <summary>Begins with the words for messages.</summary>
    /// <param name="name">Which database, without secrets: "SQLite database x.db".</param>
    /// <param name="persistence">Of the system that uses it.</param>
    protected SqlDatabase(string name, SqlPersistence persistence)
    {
        Name = name;
        _damage = persistence.DamageOf(name);
    }

    /// <summary>Which database, without secrets.</summary>
    public string Name { get; }

    /// <summary>How long a statement waits for a lock.</summary>
    public static TimeSpan DefaultWait { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The database that settings name.</summary>
    public static SqlDatabase Create(SqlSettings settings, SqlPersistence persistence) =>
        settings.Provider is SqlProvider.Sqlite
            ? new SqliteDatabase(settings.ConnectionString, persistence)
            : new PostgresDatabase(settings.ConnectionString, persistence);

    /// <summary>Opens a connection on which a commit is durable. Changes nothing in the database.</summary>
    public abstract DbConnection Open();

    /// <summary>Makes a database that this build may use what it has to be.</summary>
    public virtual void Adopt(DbConnection connection)
    {
    }

    /// <summary>Makes the tables that are missing, in one transaction, whoever else does the same.</summary>
    public abstract void CreateTables(DbConnection connection, SqlTables tables);

    /// <summary>The columns that a table has; none: there is no such table.</summary>
    public abstract IReadOnlySet<string> ColumnsOf(DbConnection connection, string table);

    /// <summary>Why this build must not touch the tables, or null.</summary>
    public abstract string? NewerSchema(DbConnection connection);

    /// <summary>Begins a transaction that writes.</summary>
    public abstract DbTransaction BeginWrite(DbConnection connection);

    /// <summary>What inserts events over a connection.</summary>
    public abstract JournalInserter CreateInserter(DbConnection connection);

    /// <summary>Waits until this thread may write; disposal lets the next one.</summary>
    public abstract IDisposable? EnterWrite();

    /// <summary>Tells what a failure means, in one sentence that names the database.</summary>
    public SqlStoreException Explain(DbException cause, SqlStage stage)
    {
        var (kind, reason) = Classify(cause, stage);
        if (kind is SqlFailureKind.Damaged)
        {
            _damage.Reason = reason;
        }

        return Failure(kind, stage, reason, cause);
    }

    /// <summary>A failure that this assembly found.</summary>
    public SqlStoreException Failure(SqlFailureKind kind, SqlStage stage, string reason, Exception? cause = null)
    {
        var sentence = (kind, stage) switch
        {
            (SqlFailureKind.OutcomeUnknown, _) => $"It is not known whether the {Name} was written: {reason}.",
            (_, SqlStage.Reading) => $"The {Name} could not be read: {reason}.",
            _ => $"The {Name} was not written: {reason}.",
        };
        return new SqlStoreException(kind, sentence, cause);
    }

    /// <summary>What is damaged is left as it is, for whoever repairs it.</summary>
    /// <exception cref="SqlStoreException">A plug-in of this system has seen damage.</exception>
    public void RefuseIfDamaged()
    {
        if (_damage.Reason is { } damage)
        {
            throw Failure(SqlFailureKind.Damaged, SqlStage.Writing, damage);
        }
    }

    /// <summary>Forgets idle connections to a server that is gone.</summary>
    public virtual void ForgetConnections(DbConnection connection)
    {
    }

    /// <summary>Whether a connection string has a value of its own for a key.</summary>
    protected static bool Names(string connectionString, string key) =>
        new DbConnectionStringBuilder { ConnectionString = connectionString }.ContainsKey(key);

    /// <summary>What a failure means, and half a sentence that says why.</summary>
    protected abstract (SqlFailureKind Kind, string Reason) Classify(DbException cause, SqlStage stage);
}
