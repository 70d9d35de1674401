using Akka.Actor;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

/// <summary>A journal whose requests go to the actor that it was last sent.</summary>
public sealed class RelayJournal : UntypedActor
{
    private IActorRef _target = ActorRefs.Nobody;

    protected override void OnReceive(object message)
    {
        if (message is IActorRef target)
        {
            _target = target;
        }
        else if (message is IJournalRequest)
        {
            _target.Forward(message);
        }
    }
}
