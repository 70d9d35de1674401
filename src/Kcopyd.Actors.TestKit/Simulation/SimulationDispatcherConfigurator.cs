using Akka.Configuration;
using Akka.Dispatch;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>Makes the dispatchers of a simulated actor system; named in its configuration.</summary>
#pragma warning disable CA1812 // the actor system makes it, by name
internal sealed class SimulationDispatcherConfigurator : MessageDispatcherConfigurator
#pragma warning restore CA1812
{
    private readonly SimulationDispatcher _dispatcher;

    /// <summary>Called by the actor system.</summary>
    public SimulationDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites)
    {
        _dispatcher = prerequisites.Scheduler is SimulationScheduler scheduler
            ? new SimulationDispatcher(this, scheduler.Loop, config.GetString("id"))
            : throw new ConfigurationException("A simulation's dispatcher needs a simulation's scheduler.");
    }

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
