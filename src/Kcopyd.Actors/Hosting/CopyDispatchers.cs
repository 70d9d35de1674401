using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Hosting;

/// <summary>The dispatchers of the engine. A system that configures one under its name gets its own.</summary>
public static class CopyDispatchers
{
    /// <summary>Runs clients, jobs, and readers and writers whose I/O is processor work: as many threads as
    /// processors.</summary>
    public const string Copy = "kcopyd.copy-dispatcher";

    /// <summary>Runs readers and writers that wait for a medium (direct I/O): <see cref="DirectThreads"/>
    /// threads.</summary>
    public const string Direct = "kcopyd.direct-dispatcher";

    /// <summary>Threads of <see cref="Direct"/> to begin with: one per segment in flight of a job with default
    /// options, for its queue depth is the device's.</summary>
    internal const int DirectThreads = 8;

    /// <summary>Makes the dispatchers known to a system that does not configure them. Calling it twice is
    /// harmless.</summary>
    public static void Register(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        Register(system, Copy, Math.Max(2, Environment.ProcessorCount));
        Register(system, Direct, DirectThreads);
    }

    /// <summary>The one of <see cref="Copy"/>, of a system that knows it.</summary>
    internal static MessageDispatcher Of(ActorSystem system) => system.Dispatchers.Lookup(Copy);

    /// <summary>Whether work on a device belongs on <see cref="Direct"/>.</summary>
    internal static bool WaitsForMedium(IBlockDevice device) => device is IInlineBlockDevice { WaitsForMedium: true };

    private static void Register(ActorSystem system, string id, int threads)
    {
        if (!system.Dispatchers.HasDispatcher(id))
        {
            system.Dispatchers.RegisterConfigurator(
                id, new Configurator(id, threads, system.Dispatchers.Prerequisites));
        }
    }

    private sealed class Configurator : MessageDispatcherConfigurator
    {
        private readonly CopyDispatcher _dispatcher;

        public Configurator(string id, int threads, IDispatcherPrerequisites prerequisites)
            : base(ConfigurationFactory.ParseString($"id = \"{id}\""), prerequisites) =>
            _dispatcher = new CopyDispatcher(this, id, threads);

        public override MessageDispatcher Dispatcher() => _dispatcher;
    }
}
