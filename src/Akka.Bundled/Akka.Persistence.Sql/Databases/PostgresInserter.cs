using System.Data.Common;
using Akka.Persistence.Sql.Journal;
using Npgsql;
using NpgsqlTypes;

namespace Akka.Persistence.Sql.Databases;

/// <summary>Inserts all rows by one statement, so in one round trip, whatever their number.</summary>
internal sealed class PostgresInserter : JournalInserter
{
    private readonly NpgsqlCommand _rows;
    private readonly NpgsqlCommand _tags;

    public PostgresInserter(NpgsqlConnection connection)
    {
        _rows = connection.CreateCommand();
        _rows.CommandText = """
            INSERT INTO journal
                (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            SELECT created, FALSE, id, number, message, manifest, serializer, writer
            FROM unnest(@created, @id, @number, @message, @manifest, @serializer, @writer)
                WITH ORDINALITY AS row (created, id, number, message, manifest, serializer, writer, place)
            ORDER BY place
            """;
        Add(_rows, "created", NpgsqlDbType.Bigint);
        Add(_rows, "id", NpgsqlDbType.Text);
        Add(_rows, "number", NpgsqlDbType.Bigint);
        Add(_rows, "message", NpgsqlDbType.Bytea);
        Add(_rows, "manifest", NpgsqlDbType.Text);
        Add(_rows, "serializer", NpgsqlDbType.Integer);
        Add(_rows, "writer", NpgsqlDbType.Text);

        _tags = connection.CreateCommand();
        _tags.CommandText = """
            INSERT INTO tags (ordering_id, tag, sequence_nr, persistence_id)
            SELECT journal.ordering, tagged.tag, journal.sequence_number, journal.persistence_id
            FROM unnest(@tag, @id, @number) AS tagged (tag, id, number)
            JOIN journal ON journal.persistence_id = tagged.id AND journal.sequence_number = tagged.number
            """;
        Add(_tags, "tag", NpgsqlDbType.Text);
        Add(_tags, "id", NpgsqlDbType.Text);
        Add(_tags, "number", NpgsqlDbType.Bigint);
    }

    public override void Insert(DbTransaction transaction, IReadOnlyList<JournalRow> rows)
    {
        Run(_rows, transaction,
            rows.Select(row => row.CreatedTicks).ToArray(),
            rows.Select(row => row.PersistenceId).ToArray(),
            rows.Select(row => row.SequenceNumber).ToArray(),
            rows.Select(row => row.Payload.Bytes).ToArray(),
            rows.Select(row => row.Payload.Manifest).ToArray(),
            rows.Select(row => row.Payload.SerializerId).ToArray(),
            rows.Select(row => row.WriterUuid).ToArray());

        var tagged = rows.SelectMany(row => row.Tags.Select(tag => (Tag: tag, Row: row))).ToList();
        if (tagged.Count > 0)
        {
            Run(_tags, transaction,
                tagged.Select(pair => pair.Tag).ToArray(),
                tagged.Select(pair => pair.Row.PersistenceId).ToArray(),
                tagged.Select(pair => pair.Row.SequenceNumber).ToArray());
        }
    }

    public override void Dispose()
    {
        _rows.Dispose();
        _tags.Dispose();
    }

    private static void Add(NpgsqlCommand command, string name, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type));

    private static void Run(NpgsqlCommand command, DbTransaction transaction, params ReadOnlySpan<Array> values)
    {
        command.Transaction = (NpgsqlTransaction)transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        // Prepared once per connection; further calls find it so.
        command.Prepare();
        command.ExecuteNonQuery();
    }
}
