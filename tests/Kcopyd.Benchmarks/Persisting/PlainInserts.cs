using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Kcopyd.Benchmarks.Persisting;

/// <summary>What SQLite does without actors: one thread that inserts the same rows and commits.</summary>
internal sealed class PlainInserts : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly int _batch;
    private long _number;

    /// <summary>Makes the tables.</summary>
    /// <param name="file">The file.</param>
    /// <param name="batch">Rows in a transaction.</param>
    public PlainInserts(string file, int batch)
    {
        _batch = batch;
        _connection = new SqliteConnection($"Data Source={file};Pooling=False");
        _connection.Open();
        Execute("""
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            CREATE TABLE journal (
                ordering INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, created BigInt NOT NULL, deleted Bit NOT NULL,
                persistence_id NVarChar(255) NOT NULL, sequence_number BigInt NOT NULL, message VarBinary NOT NULL,
                manifest NVarChar(500), identifier INTEGER, writer_uuid NVarChar(128));
            CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number);
            CREATE INDEX journal_created_idx ON journal (created);
            CREATE INDEX journal_sequence_number_idx ON journal (sequence_number);
            """);
        _insert = _connection.CreateCommand();
        _insert.CommandText = """
            INSERT INTO journal
                (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            VALUES (638000000000000000, 0, 'plain', @number, zeroblob(200), 'System.String, System.Private.CoreLib',
                17, '0123456789abcdef0123456789abcdef')
            """;
        _insert.Parameters.Add("@number", SqliteType.Integer);
    }

    /// <summary>Inserts for a time.</summary>
    /// <returns>Committed rows in a second.</returns>
    public double Run(TimeSpan time)
    {
        var first = _number;
        var watch = Stopwatch.StartNew();
        do
        {
            using var transaction = _connection.BeginTransaction();
            _insert.Transaction = transaction;
            for (var i = 0; i < _batch; i++)
            {
                _insert.Parameters[0].Value = ++_number;
                _insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }
        while (watch.Elapsed < time);

        return (_number - first) / watch.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    private void Execute(string statements)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }
}
