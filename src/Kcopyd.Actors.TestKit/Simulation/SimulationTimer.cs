using Akka.Actor;
using Akka.Dispatch;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>Something that is due at a moment of virtual time, once or again and again.</summary>
internal sealed class SimulationTimer(Action action, TimeSpan? interval, ICancelable? cancelable) : IRunnable
{
    /// <summary>When it is due again after it was; null for never.</summary>
    public TimeSpan? Interval => interval;

    public bool IsCancelled => cancelable is { IsCancellationRequested: true };

    public void Run()
    {
        // Between falling due and being picked it may have been cancelled.
        if (!IsCancelled)
        {
            action();
        }
    }
}
