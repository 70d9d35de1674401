using Akka.Actor;
using Kcopyd.Actors.Journaling;
using Microsoft.Data.Sqlite;

namespace Kcopyd.Cli.Tests;

/// <summary>Reads what a journal in a SQLite file knows of a job, without the program.</summary>
/// <param name="system">Whose serializer reads it.</param>
internal sealed class JournaledJob(ActorSystem system)
{
    private readonly JobEventSerializer _serializer = new((ExtendedActorSystem)system);

    /// <summary>What the journal knows.</summary>
    /// <returns>Null if there is no such job, no table, no file.</returns>
    public JobRecord? Read(string journal, string job)
    {
        if (!File.Exists(journal))
        {
            return null;
        }

        using var connection = new SqliteConnection($"Data Source={journal};Mode=ReadOnly;Pooling=False");
        connection.Open();
        if (!HasTables(connection))
        {
            return null;
        }

        var record = new JobRecord();
        var after = 0L;
        foreach (var (number, kept) in Rows(connection, job, SnapshotQuery))
        {
            (after, record) = (number, JobRecord.From((JobSnapshot)kept));
        }

        foreach (var (number, kept) in Rows(connection, job, EventsQuery))
        {
            if (number > after)
            {
                record.Apply((JobEvent)kept);
            }
        }

        return record.Description is null ? null : record;
    }

    private const string SnapshotQuery =
        "SELECT sequence_number, snapshot, manifest FROM snapshot WHERE persistence_id = @id ORDER BY sequence_number";

    private const string EventsQuery =
        "SELECT sequence_number, message, manifest FROM journal WHERE persistence_id = @id AND deleted = FALSE "
        + "ORDER BY sequence_number";

    private static bool HasTables(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('journal', 'snapshot')";
        return command.ExecuteScalar() is 2L;
    }

    private IEnumerable<(long Number, object Kept)> Rows(SqliteConnection connection, string job, string query)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // one of the two constants above
        command.CommandText = query;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("@id", $"kcopyd-job-{job}");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return (
                reader.GetInt64(0), _serializer.FromBinary(reader.GetFieldValue<byte[]>(1), reader.GetString(2)));
        }
    }
}
