using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Dispatch;

namespace Akka.TestKit.Internal;

/// <summary>A cell that shows its actor.</summary>
internal sealed class TestActorCell(
    ActorSystemImpl system,
    IInternalActorRef self,
    Props props,
    MessageDispatcher dispatcher,
    IInternalActorRef parent)
    : ActorCell(system, self, props, dispatcher, parent)
{
    public ActorBase Instance => Actor;
}
