using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Kcopyd.Actors.TestKit.Simulation;

/// <summary>The clock of a simulated actor system: virtual time, timers in the loop's queue.</summary>
#pragma warning disable CA1812 // the actor system makes it, by name
internal sealed class SimulationScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider
#pragma warning restore CA1812
{
    /// <summary>What the calendar says when a run begins; any fixed date does.</summary>
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Called by the actor system.</summary>
    public SimulationScheduler(Config config, ILoggingAdapter log)
        : base(config, log)
    {
        Loop = SimulationRegistry.Find(config);
    }

    /// <summary>Where timers go, and everything else of this actor system.</summary>
    public SimulationLoop Loop { get; }

    public override TimeSpan MonotonicClock => Loop.Now;

    public override TimeSpan HighResMonotonicClock => Loop.Now;

    protected override DateTimeOffset TimeNow => Epoch + Loop.Now;

    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, null, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable cancelable) =>
        Add(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Add(delay, null, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable)
    {
        // A dispatcher without actors wants to shut down after a while. Ours has no threads, and time shall not pass
        // for that.
        if (action.GetType().DeclaringType != typeof(MessageDispatcher))
        {
            Add(delay, null, action.Run, cancelable);
        }
    }

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(initialDelay, interval, action, cancelable);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Add(initialDelay, interval, action.Run, cancelable);

    private void Add(TimeSpan delay, TimeSpan? interval, Action action, ICancelable? cancelable) =>
        Loop.AddTimer(delay, new SimulationTimer(action, interval, cancelable));
}
