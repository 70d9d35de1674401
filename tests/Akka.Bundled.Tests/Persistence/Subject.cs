using Akka.Actor;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

/// <summary>A persistent actor that does what it is told in a message, and tells an observer everything.</summary>
internal sealed class Subject(string id, IActorRef observer, Subject.Options options)
    : UntypedPersistentActor, IWithTimers
{
    public override string PersistenceId => id;

    public override Recovery Recovery => options.Recovery;

    public List<object> State { get; } = [];

    public ITimerScheduler Timers { get; set; } = null!;

    public new IActorRef Sender => base.Sender;

    public static Props Props(string id, IActorRef observer, Options? options = null) =>
        Actor.Props.Create(() => new Subject(id, observer, options ?? new Options()));

    /// <summary>Tells the observer.</summary>
    public void Note(object what) => observer.Tell(what, base.Sender);

    public void WatchAnother(IActorRef other) => Context.Watch(other);

    public void UnwatchAnother(IActorRef other) => Context.Unwatch(other);

    public override void AroundPreStart()
    {
        JournalPluginId = options.Journal;
        SnapshotPluginId = options.SnapshotStore;
        base.AroundPreStart();
    }

    protected override void OnCommand(object message)
    {
        if (message is Action<Subject> action)
        {
            action(this);
        }
        else
        {
            // A termination that the observer does not watch for would not reach it.
            Note(message is Terminated terminated ? new Ended(terminated.ActorRef) : message);
        }
    }

    protected override void OnRecover(object message)
    {
        State.Add(message);
        if (options.OnRecover is { } action)
        {
            action(this, message);
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Note(new PersistFailed(cause.Message, @event, sequenceNr));

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        Note(new PersistRejected(cause.Message, @event, sequenceNr));

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        Note(new RecoveryFailed(reason.Message, reason.GetType(), message));

    protected override void PreRestart(Exception reason, object message)
    {
        Note(new Restarting(message));
        base.PreRestart(reason, message);
    }

    internal sealed record Options
    {
        public Recovery Recovery { get; init; } = Recovery.Default;

        public string? Journal { get; init; }

        public string? SnapshotStore { get; init; }

        public Action<Subject, object>? OnRecover { get; init; }
    }

    internal sealed record PersistFailed(string Cause, object Event, long SequenceNr);

    internal sealed record PersistRejected(string Cause, object Event, long SequenceNr);

    internal sealed record RecoveryFailed(string Cause, Type Type, object? Message);

    internal sealed record Restarting(object Message);

    internal sealed record Ended(IActorRef Watched);
}
