using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Execution;

/// <summary>The journal of this run of the program, open.</summary>
/// <remarks>It is opened on another thread while the devices are looked at; a run without a journal loads nothing of
/// it.</remarks>
internal sealed class JournalSession
{
    private JournalSession(ActorSystem engine, JournalPlace place, JournalOptions options)
    {
        Engine = engine;
        Place = place;
        Options = options;
    }

    /// <summary>The actor system, which has the journal.</summary>
    internal ActorSystem Engine { get; }

    /// <summary>Where it is.</summary>
    internal JournalPlace Place { get; }

    /// <summary>How jobs are journaled.</summary>
    internal JournalOptions Options { get; }

    /// <summary>Opens it.</summary>
    /// <param name="place">Where it is; made if it is not there.</param>
    /// <param name="interval">The time from one checkpoint to the next; null: the default.</param>
    /// <param name="engine">The actor system.</param>
    /// <exception cref="RefusedException">It cannot be made.</exception>
    internal static Task<JournalSession> OpenAsync(JournalPlace place, TimeSpan? interval, Task<ActorSystem> engine) =>
        Task.Run(async () =>
        {
            JournalFile.Prepare(place);
            var defaults = new JournalOptions { LockDirectory = place.LockDirectory };
            var options = interval is { } asked ? defaults with { Interval = asked } : defaults;
            var system = await engine.ConfigureAwait(false);
            system.Settings.InjectTopLevelFallback(Configuration(place));
            var persistence = Persistence.Instance.Apply(system);
            persistence.JournalFor(options.JournalPluginId);
            persistence.SnapshotStoreFor(options.SnapshotPluginId);
            return new JournalSession(system, place, options);
        });

    private static Config Configuration(JournalPlace place)
    {
        var text = place.IsPostgres ? place.Target : $"Data Source={place.Target}";
        var provider = place.IsPostgres ? "PostgreSQL" : "SQLite.MS";
        var quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return ConfigurationFactory.ParseString($$"""
            akka.persistence.journal.sql { connection-string = "{{quoted}}", provider-name = "{{provider}}" }
            akka.persistence.snapshot-store.sql { connection-string = "{{quoted}}", provider-name = "{{provider}}" }
            """).WithFallback(Akka.Persistence.Sql.SqlPersistence.DefaultConfiguration);
    }
}
