using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>Lets a number of actors recover at the same time, the others in the order in which they asked.</summary>
/// <remarks>A crash of it cannot happen by a message; an actor that stops gives back its permit.</remarks>
internal sealed class RecoveryPermitter(int maxPermits) : UntypedActor
{
    private readonly HashSet<IActorRef> _holders = [];
    private readonly LinkedList<IActorRef> _waiting = new();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RecoveryPermit.Request:
                Context.Watch(Sender);
                _waiting.AddLast(Sender);
                break;
            case RecoveryPermit.Return:
                Release(Sender);
                Context.Unwatch(Sender);
                break;
            case Terminated terminated:
                Release(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }

        Grant();
    }

    private void Release(IActorRef actor)
    {
        if (!_holders.Remove(actor))
        {
            _waiting.Remove(actor);
        }
    }

    private void Grant()
    {
        while (_holders.Count < maxPermits && _waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            if (_holders.Add(next.Value))
            {
                next.Value.Tell(new RecoveryPermit.Granted());
            }
        }
    }
}
