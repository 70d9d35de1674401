using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Sql;

namespace Kcopyd.Benchmarks.Persisting;

/// <summary>Persistent actors on a SQLite file.</summary>
internal sealed class PersistingSystem : IAsyncDisposable
{
    /// <summary>An actor that has not answered by then has stopped, as after a write that failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ActorSystem _system;
    private readonly List<IActorRef> _actors;

    private PersistingSystem(ActorSystem system, List<IActorRef> actors)
    {
        _system = system;
        _actors = actors;
    }

    /// <summary>Starts the actors and waits until they have recovered.</summary>
    public static async Task<PersistingSystem> StartAsync(string file, int actors, int batch)
    {
        var config = ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              log-dead-letters = off
              persistence.journal.plugin = "akka.persistence.journal.sql"
              persistence.journal.sql {
                provider-name = "SQLite.MS"
                connection-string = "Data Source={{file}}"
              }
            }
            """).WithFallback(SqlPersistence.DefaultConfiguration);
        var system = ActorSystem.Create("persisting", config);
        var all = Enumerable.Range(1, actors)
            .Select(n => system.ActorOf(Props.Create(() => new PersistingActor($"actor-{n}", batch)), $"actor-{n}"))
            .ToList();
        var persisting = new PersistingSystem(system, all);

        // A command waits for the recovery, and this one then does nothing.
        await persisting.RunAsync(TimeSpan.Zero);
        return persisting;
    }

    /// <summary>Lets every actor persist for a time.</summary>
    /// <returns>Confirmed events in a second.</returns>
    public async Task<double> RunAsync(TimeSpan time)
    {
        using var end = new CancellationTokenSource(time);
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(_actors.Select(actor => actor.Ask<PersistingActor.Persisted>(
            new PersistingActor.PersistUntil(end.Token), time + Patience)));
        return counts.Sum(count => (double)count.Events) / watch.Elapsed.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        _system.Dispose();
    }
}
