using Akka.Dispatch;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>Has no threads: what is to run goes into the loop's queue.</summary>
internal sealed class SimulationDispatcher : MessageDispatcher
{
    private readonly SimulationLoop _loop;

    public SimulationDispatcher(MessageDispatcherConfigurator configurator, SimulationLoop loop, string? id)
        : base(configurator)
    {
        _loop = loop;
        Id = id ?? string.Empty;

        // One message a turn: between any two messages any other actor may run.
        Throughput = 1;
        ThroughputDeadlineTime = null;
    }

    protected override void ExecuteTask(IRunnable run) => _loop.Enqueue(run);

    protected override void Shutdown()
    {
        // There is nothing to stop.
    }
}
