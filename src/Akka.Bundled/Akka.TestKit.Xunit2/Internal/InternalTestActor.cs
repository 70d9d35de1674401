using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>The actor behind a kit or a probe: queues what it receives, after the ignore rule and the pilot had
/// it.</summary>
/// <remarks>A crash of the rule or the pilot loses one message; the actor is restarted and keeps neither.</remarks>
internal sealed class InternalTestActor : UntypedActor
{
    private readonly TestActorQueue _queue;
    private readonly TaskCompletionSource<ActorCell> _started;
    private Func<object, bool>? _ignore;
    private AutoPilot? _autoPilot;

    public InternalTestActor(TestActorQueue queue, TaskCompletionSource<ActorCell> started)
    {
        _queue = queue;
        _started = started;
    }

    protected override void PreStart() => _started.TrySetResult((ActorCell)Context);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SetIgnore order:
                _ignore = order.Ignore;
                break;
            case SetAutoPilot order:
                _autoPilot = order.AutoPilot;
                break;
            case WatchActor order:
                Context.Watch(order.Actor);
                order.Done.TrySetResult();
                break;
            case UnwatchActor order:
                Context.Unwatch(order.Actor);
                order.Done.TrySetResult();
                break;
            default:
                OnMessage(message);
                break;
        }
    }

    private void OnMessage(object message)
    {
        if (_autoPilot is not null)
        {
            var next = _autoPilot.Run(Sender, message);
            _autoPilot = next is KeepRunning ? _autoPilot : next;
        }

        if (_ignore?.Invoke(message) != true)
        {
            _queue.Add(new RealMessageEnvelope(message, Sender));
        }
    }

    /// <summary>Command: drop messages for which the function says true; null drops none.</summary>
    public sealed record SetIgnore(Func<object, bool>? Ignore)
        : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Command: let this pilot see messages first.</summary>
    public sealed record SetAutoPilot(AutoPilot AutoPilot)
        : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Command: watch, and say when that is done.</summary>
    public sealed record WatchActor(IActorRef Actor, TaskCompletionSource Done)
        : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Command: unwatch, and say when that is done.</summary>
    public sealed record UnwatchActor(IActorRef Actor, TaskCompletionSource Done)
        : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
