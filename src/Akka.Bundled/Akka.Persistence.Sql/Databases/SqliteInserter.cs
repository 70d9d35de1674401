using System.Data.Common;
using Akka.Persistence.Sql.Journal;
using Microsoft.Data.Sqlite;

namespace Akka.Persistence.Sql.Databases;

/// <summary>Inserts row by row: in process, a prepared statement is the cheapest there is.</summary>
internal sealed class SqliteInserter : JournalInserter
{
    private readonly SqliteCommand _row;
    private readonly SqliteCommand _tag;

    public SqliteInserter(SqliteConnection connection)
    {
        _row = connection.CreateCommand();
        _row.CommandText = """
            INSERT INTO journal
                (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            VALUES (@created, 0, @id, @number, @message, @manifest, @serializer, @writer)
            """;
        AddAll(_row, "@created", "@id", "@number", "@message", "@manifest", "@serializer", "@writer");

        _tag = connection.CreateCommand();
        _tag.CommandText = """
            INSERT INTO tags (ordering_id, tag, sequence_nr, persistence_id)
            SELECT ordering, @tag, sequence_number, persistence_id FROM journal
            WHERE persistence_id = @id AND sequence_number = @number
            """;
        AddAll(_tag, "@tag", "@id", "@number");
    }

    public override void Insert(DbTransaction transaction, IReadOnlyList<JournalRow> rows)
    {
        _row.Transaction = (SqliteTransaction)transaction;
        _tag.Transaction = (SqliteTransaction)transaction;
        foreach (var row in rows)
        {
            Set(_row, row.CreatedTicks, row.PersistenceId, row.SequenceNumber, row.Payload.Bytes, row.Payload.Manifest,
                row.Payload.SerializerId, row.WriterUuid);
            _row.ExecuteNonQuery();
            foreach (var tag in row.Tags)
            {
                Set(_tag, tag, row.PersistenceId, row.SequenceNumber);
                _tag.ExecuteNonQuery();
            }
        }
    }

    public override void Dispose()
    {
        _row.Dispose();
        _tag.Dispose();
    }

    private static void AddAll(SqliteCommand command, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
