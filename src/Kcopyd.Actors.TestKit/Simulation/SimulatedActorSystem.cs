using Akka.Actor;
using Akka.Configuration;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>An actor system on a <see cref="SimulationLoop"/>: no threads, virtual time, an order that a seed
/// decides.</summary>
/// <remarks>
/// <para>
/// On the loop are the default and the internal dispatcher, Kcopyd's own, and those of persistence plug-ins; one more
/// takes <c>type = </c><see cref="DispatcherType"/> in the configuration. Logging is off.
/// </para>
/// <para>
/// Making one takes tens of milliseconds, a run in it microseconds per step: make one and <see cref="Reseed"/> it for
/// each run.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using var simulation = SimulatedActorSystem.Create(0);
/// for (var seed = 0; seed &lt; 1000; seed++)
/// {
///     simulation.Reseed(seed);
///     var target = new SimulatedBlockDevice(new MemoryBlockDevice(1.MiB), simulation.Loop);
///     var actor = simulation.System.ActorOf(PropsOf(target, done));
///     simulation.Loop.Run(done.Task);     // throws, naming the seed, when nothing can run any more
/// }
/// </code>
/// </example>
public sealed class SimulatedActorSystem : IDisposable
{
    private const string Name = "simulation";

    private static readonly string[] Dispatchers =
    [
        "akka.actor.default-dispatcher",
        "akka.actor.internal-dispatcher",
        "akka.actor.default-blocking-io-dispatcher",
        "akka.actor.synchronized-dispatcher",
        "akka.persistence.dispatchers.default-plugin-dispatcher",
        "akka.persistence.dispatchers.default-replay-dispatcher",
        "kcopyd.copy-dispatcher",
        "kcopyd.direct-dispatcher",
    ];

    private bool _disposed;

    private SimulatedActorSystem(ActorSystem system, SimulationLoop loop)
    {
        System = system;
        Loop = loop;
    }

    /// <summary>The <c>type</c> of a dispatcher that runs on the loop.</summary>
    public static string DispatcherType { get; } = TypeName(typeof(SimulationDispatcherConfigurator));

    /// <summary>The actor system. Nothing in it runs but by the loop.</summary>
    public ActorSystem System { get; }

    /// <summary>What runs it.</summary>
    public SimulationLoop Loop { get; }

    /// <summary>Creates an actor system, runs its start to the end, and sets the seed.</summary>
    /// <param name="seed">What decides the order.</param>
    /// <param name="config">Settings that go before this class's own; null for none.</param>
    /// <param name="keepsTrace">Whether the loop keeps its trace as text.</param>
    public static SimulatedActorSystem Create(int seed, Config? config = null, bool keepsTrace = false)
    {
        var loop = new SimulationLoop(seed, keepsTrace);
        var id = SimulationRegistry.Add(loop);
        try
        {
            var own = ConfigurationFactory.ParseString(Settings(id));
            var system = ActorSystem.Create(Name, config is null ? own : config.WithFallback(own));
            loop.RunUntilIdle();
            loop.Reseed(seed);
            return new SimulatedActorSystem(system, loop);
        }
        finally
        {
            SimulationRegistry.Remove(id);
        }
    }

    /// <summary>Ends the run, stopping all actors under <c>/user</c>, and begins another.</summary>
    /// <exception cref="SimulationException">The actors do not stop.</exception>
    public void Reseed(int seed)
    {
        Loop.RunUntilIdle();
        System.ActorSelection("/user/*").Tell(PoisonPill.Instance);
        Loop.RunUntilIdle();
        Loop.Reseed(seed);
    }

    /// <summary>Terminates the actor system.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Loop.RunWithOthers(System.Terminate());
        }
    }

    private static string Settings(string id)
    {
        var dispatchers = Dispatchers.Select(dispatcher => $$"""{{dispatcher}}.type = "{{DispatcherType}}" """);
        return $$"""
            {{SimulationRegistry.Setting(id)}}
            {{string.Join('\n', dispatchers)}}
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              loggers = []
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              scheduler.implementation = "{{TypeName(typeof(SimulationScheduler))}}"
              coordinated-shutdown.run-by-clr-shutdown-hook = off
            }
            """;
    }

    private static string TypeName(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
