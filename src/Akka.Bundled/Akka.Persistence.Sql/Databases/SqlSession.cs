using System.Data.Common;

namespace Akka.Persistence.Sql.Databases;

/// <summary>The connection of one thread: opened when first needed, and again after a failure.</summary>
/// <remarks>Not safe for two threads. Every method throws <see cref="SqlStoreException"/>, and nothing else, when the
/// database fails.</remarks>
internal sealed class SqlSession(SqlDatabase database, SqlTables tables, bool createsTables) : IDisposable
{
    private DbConnection? _connection;
    private JournalInserter? _inserter;

    /// <summary>Runs statements that change nothing.</summary>
    /// <param name="read">May run again after the connection broke: what it has done by then, it must not repeat.
    /// </param>
    public T Read<T>(Func<DbConnection, T> read)
    {
        var isFresh = _connection is null;
        try
        {
            return ReadOnce(read);
        }
        catch (SqlStoreException e) when (!isFresh && e.Kind is SqlFailureKind.Unreachable)
        {
            // The server was restarted since the last call, or gave up on an idle connection.
            return ReadOnce(read);
        }
    }

    /// <summary>Runs a transaction. On return it is durable; after a failure it is rolled back, unless the failure is
    /// <see cref="SqlFailureKind.OutcomeUnknown"/>.</summary>
    public void Write(Action<SqlWriting> write)
    {
        database.RefuseIfDamaged();
        using var turn = database.EnterWrite();
        var isFresh = _connection is null;
        try
        {
            WriteOnce(write);
        }
        catch (SqlStoreException e) when (!isFresh && e.Kind is SqlFailureKind.Unreachable)
        {
            // As above; the commit was not sent yet.
            WriteOnce(write);
        }
    }

    public void Dispose() => Close();

    private T ReadOnce<T>(Func<DbConnection, T> read)
    {
        try
        {
            return read(Connect(SqlStage.Reading));
        }
        catch (DbException e)
        {
            throw Lost(e, SqlStage.Reading);
        }
    }

    private void WriteOnce(Action<SqlWriting> write)
    {
        var stage = SqlStage.Writing;
        try
        {
            var connection = Connect(stage);
            using var transaction = database.BeginWrite(connection);
            write(new SqlWriting(transaction, _inserter ??= database.CreateInserter(connection)));

            // A crash up to this line loses the rows, and nobody was told that they are there.
            stage = SqlStage.Committing;
            transaction.Commit();
        }
        catch (DbException e)
        {
            throw Lost(e, stage);
        }
    }

    private DbConnection Connect(SqlStage stage)
    {
        if (_connection is { } open)
        {
            return open;
        }

        var connection = database.Open();
        try
        {
            PrepareTables(connection, stage);
            _connection = connection;
            return connection;
        }
        finally
        {
            if (_connection is null)
            {
                connection.Dispose();
            }
        }
    }

    private void PrepareTables(DbConnection connection, SqlStage stage)
    {
        if (database.NewerSchema(connection) is { } newer)
        {
            throw database.Failure(SqlFailureKind.Unusable, stage, newer);
        }

        var hasAll = true;
        foreach (var table in SqlTable.Of(tables))
        {
            var columns = database.ColumnsOf(connection, table.Name);
            hasAll &= columns.Count > 0;
            if (Lacks(table, columns) is { } reason)
            {
                throw database.Failure(SqlFailureKind.Unusable, stage, reason);
            }
        }

        // Nothing is changed in what another program or version made.
        database.Adopt(connection);
        if (!hasAll)
        {
            database.CreateTables(connection, tables);
        }
    }

    private string? Lacks(SqlTable table, IReadOnlySet<string> columns)
    {
        if (columns.Count == 0)
        {
            return createsTables ? null : $"it has no table '{table.Name}', and auto-initialize is off";
        }

        var missing = table.Columns.Where(column => !columns.Contains(column)).ToList();
        return missing.Count == 0
            ? null
            : $"its table '{table.Name}' lacks {string.Join(", ", missing)}: another program or version made it";
    }

    /// <summary>A connection is not used again after a failure, whatever it was: a new one is known to be sound.
    /// </summary>
    private SqlStoreException Lost(DbException cause, SqlStage stage)
    {
        var failure = database.Explain(cause, stage);
        if (_connection is { } connection && failure.Kind is SqlFailureKind.Unreachable)
        {
            database.ForgetConnections(connection);
        }

        Close();
        return failure;
    }

    private void Close()
    {
        try
        {
            _inserter?.Dispose();
            _connection?.Dispose();
        }
        catch (DbException)
        {
            // The failure that is being reported says more than that closing failed too.
        }

        _inserter = null;
        _connection = null;
    }
}
