using System.Data.Common;
using Akka.Actor;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>Finds the jobs of which a journal or a snapshot store has something, by a query over their
/// tables.</summary>
/// <remarks>Reads only. Tables, or a file, that are not there hold no jobs.</remarks>
internal sealed class JobStreams(ActorSystem system, JournalOptions options)
{
    private const string Events = "journal";
    private const string Snapshots = "snapshot";

    /// <summary>All jobs, or one if it is there.</summary>
    /// <exception cref="JournalException">A database cannot be read.</exception>
    public async Task<IReadOnlyList<JobStream>> FindAsync(CopyJobId? job, CancellationToken cancellationToken)
    {
        var ids = job is { } one ? JobPersistenceId.Of(one) : JobPersistenceId.Prefix + "%";
        var events = await FindAsync(options.JournalPluginId, Events, ids, cancellationToken).ConfigureAwait(false);
        var snapshots =
            await FindAsync(options.SnapshotPluginId, Snapshots, ids, cancellationToken).ConfigureAwait(false);
        return
        [
            .. events.Concat(snapshots)
                .Where(stream => job is null || stream.Job == job)
                .GroupBy(stream => stream.Job, (id, same) => new JobStream(id, same.Max(stream => stream.WrittenAt))),
        ];
    }

    private async Task<IReadOnlyList<JobStream>> FindAsync(
        string pluginId, string table, string ids, CancellationToken cancellationToken)
    {
        var database = JournalDatabase.Of(system, pluginId);
        if (!database.Exists)
        {
            return [];
        }

        try
        {
            var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return await database.HasTableAsync(connection, table, cancellationToken).ConfigureAwait(false)
                    ? await QueryAsync(connection, table, ids, cancellationToken).ConfigureAwait(false)
                    : [];
            }
        }
        catch (DbException e)
        {
            throw database.Unreadable(e);
        }
    }

    private static async Task<IReadOnlyList<JobStream>> QueryAsync(
        DbConnection connection, string table, string ids, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            if (table == Events)
            {
                command.CommandText = "SELECT persistence_id, MAX(created) FROM journal "
                    + "WHERE persistence_id LIKE @ids AND deleted = FALSE GROUP BY persistence_id";
            }
            else
            {
                command.CommandText = "SELECT persistence_id, MAX(created) FROM snapshot "
                    + "WHERE persistence_id LIKE @ids GROUP BY persistence_id";
            }

            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ("@ids", ids);
            command.Parameters.Add(parameter);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<IReadOnlyList<JobStream>> ReadAsync(
        DbDataReader reader, CancellationToken cancellationToken)
    {
        var streams = new List<JobStream>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            // LIKE takes '_' for any character, and SQLite's no notice of case.
            var id = reader.GetString(0);
            var name = id.StartsWith(JobPersistenceId.Prefix, StringComparison.Ordinal)
                ? id[JobPersistenceId.Prefix.Length..]
                : null;
            if (CopyJobNames.IsValid(name))
            {
                streams.Add(new JobStream(new CopyJobId(name!), new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero)));
            }
        }

        return streams;
    }
}
