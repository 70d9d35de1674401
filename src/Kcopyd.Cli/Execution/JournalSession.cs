using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Sql;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Execution;

/// <summary>The journal of this run of the program.</summary>
/// <remarks>It is opened on another thread while the devices are looked at; a run without a journal loads nothing of
/// it.</remarks>
internal sealed class JournalSession
{
    private JournalSession(JournalPlace place, JournalOptions options, KcopydJournal journal)
    {
        Place = place;
        Options = options;
        Journal = journal;
    }

    /// <summary>Where it is.</summary>
    internal JournalPlace Place { get; }

    /// <summary>How jobs are journaled.</summary>
    internal JournalOptions Options { get; }

    /// <summary>The jobs.</summary>
    internal KcopydJournal Journal { get; }

    /// <summary>Opens the journal of a job that is to be run.</summary>
    /// <param name="place">Where it is; made if it is not there.</param>
    /// <param name="interval">The time from one checkpoint to the next; null: the default.</param>
    /// <param name="engine">The actor system.</param>
    /// <exception cref="RefusedException">It cannot be made.</exception>
    internal static Task<JournalSession> OpenAsync(
        JournalPlace place, TimeSpan? interval, Task<ActorSystem> engine) => Task.Run(async () =>
    {
        JournalFile.Prepare(place);
        return Open(place, interval, await engine.ConfigureAwait(false));
    });

    /// <summary>Opens a journal to look at it; it is not made.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="interval">As for a job that is run.</param>
    /// <param name="engine">The actor system.</param>
    /// <exception cref="RefusedException">Somebody named a place where none is.</exception>
    internal static Task<JournalSession> LookAsync(
        JournalPlace place, TimeSpan? interval, Task<ActorSystem> engine) => Task.Run(async () =>
    {
        if (place.IsNamed && JournalFile.IsAbsent(place))
        {
            throw new RefusedException($"there is no journal {place.Name}");
        }

        return Open(place, interval, await engine.ConfigureAwait(false));
    });

    /// <summary>A job that there is.</summary>
    /// <exception cref="RefusedException">There is none of that name; the sentence has those there are.</exception>
    internal async Task<JobSummary> FindAsync(string name, CancellationToken cancellationToken)
    {
        var found = await Journal.FindAsync(new CopyJobId(name), cancellationToken).ConfigureAwait(false);
        if (found is not null)
        {
            return found;
        }

        var known = await Journal.ListAsync(cancellationToken).ConfigureAwait(false);
        throw new RefusedException(UnknownJob.Sentence(name, [.. known.Select(job => job.Id.Value)]));
    }

    /// <summary>Forgets what is over for long. What cannot be forgotten now is forgotten another time.</summary>
    internal async Task PruneAsync()
    {
        try
        {
            await Journal.PruneAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (JournalException)
        {
            // The journal is in use, or read-only: nobody waits for this.
        }
    }

    private static JournalSession Open(JournalPlace place, TimeSpan? interval, ActorSystem system)
    {
        var defaults = new JournalOptions { LockDirectory = place.LockDirectory };
        var options = interval is { } asked ? defaults with { Interval = asked } : defaults;

        // What is set last comes first: the extensions have set their defaults before this says where the journal is.
        var persistence = Persistence.Instance.Apply(system);
        SqlPersistence.Get(system);
        var config = place.IsPostgres
            ? JournalConfiguration.Postgres(place.Target)
            : JournalConfiguration.Sqlite(place.Target);

        // It reads and then sets: two at once, and the fallback of one is lost.
        lock (system.Settings)
        {
            system.Settings.InjectTopLevelFallback(config);
        }

        // Begun now, they are there when the job wants to be journaled.
        persistence.JournalFor(options.JournalPluginId);
        persistence.SnapshotStoreFor(options.SnapshotPluginId);
        return new JournalSession(place, options, new KcopydJournal(system, options));
    }
}
