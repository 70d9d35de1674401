using System.Data.Common;
using Akka.Actor;
using Akka.Persistence.Sql.Databases;
using Akka.Persistence.Sql.Threads;

namespace Akka.Persistence.Sql.Journal;

/// <summary>Reads streams on threads of its own, so that a long recovery holds up no write.</summary>
internal sealed class JournalReader(PayloadCodec codec, SqlQueue queue, int pageSize)
{
    /// <summary>The highest number that the stream ever had; 0: none.</summary>
    public Task<long> ReadHighestAsync(string persistenceId)
    {
        var query = new SqlQuery<long>(session => session.Read(connection => ReadHighest(connection, persistenceId)));
        queue.Add(query);
        return query.Answer;
    }

    /// <summary>Reads a part of a stream in order and hands over each event when it is read.</summary>
    /// <returns>Completes after the last event was handed over; the value says nothing.</returns>
    public Task<long> ReplayAsync(JournalReplay replay, Action<IPersistentRepresentation> receive)
    {
        var query = new SqlQuery<long>(session => Replay(session, replay, receive));
        queue.Add(query);
        return query.Answer;
    }

    private static long ReadHighest(DbConnection connection, string persistenceId)
    {
        using var command = connection.CreateCommand();
        command.CommandText = JournalStatements.Highest;
        command.Add("@id", persistenceId);
        return command.ExecuteScalar() is long highest ? highest : 0;
    }

    /// <summary>One statement a page: a statement that lasts as long as a recovery would keep SQLite's log growing.
    /// </summary>
    private long Replay(SqlSession session, JournalReplay replay, Action<IPersistentRepresentation> receive)
    {
        var rest = replay;
        while (!rest.IsDone)
        {
            queue.RequireOpen();
            var wanted = Math.Min(rest.Max, pageSize);
            var before = rest.Max;
            session.Read(connection =>
            {
                ReadPage(connection, rest, before - wanted, next =>
                {
                    receive(next);
                    rest = rest.After(next.SequenceNr);
                });
                return true;
            });
            if (before - rest.Max < wanted)
            {
                break;
            }
        }

        return rest.From;
    }

    /// <summary>Reads until <paramref name="leave"/> events are left to read.</summary>
    private void ReadPage(
        DbConnection connection, JournalReplay replay, long leave, Action<IPersistentRepresentation> receive)
    {
        using var command = connection.CreateCommand();
        command.CommandText = JournalStatements.Page;
        command.Add("@id", replay.PersistenceId);
        command.Add("@from", replay.From);
        command.Add("@to", replay.To);
        command.Add("@count", replay.Max - leave);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            receive(Decode(reader, replay.PersistenceId));
        }
    }

    private Persistent Decode(DbDataReader row, string persistenceId)
    {
        var number = row.GetInt64(0);
        var manifest = row.IsDBNull(3) ? "" : row.GetString(3);
        var writer = row.IsDBNull(4) ? "" : row.GetString(4);
        try
        {
            var stored = new StoredPayload(
                row.GetFieldValue<byte[]>(1), row.IsDBNull(2) ? null : row.GetInt32(2), manifest);
            return new Persistent(
                codec.Decode(stored), number, persistenceId, manifest, isDeleted: false, ActorRefs.NoSender, writer);
        }
        catch (Exception e) when (e is not DbException)
        {
            throw new SqlStoreException(
                SqlFailureKind.Unserializable,
                $"The event of persistence id '{persistenceId}' with sequence number {number} in table 'journal' "
                + $"cannot be deserialized: {e.Message}",
                e);
        }
    }
}
