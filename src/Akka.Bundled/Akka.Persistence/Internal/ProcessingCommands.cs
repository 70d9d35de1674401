using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>The actor takes commands.</summary>
internal sealed class ProcessingCommands(Eventsourced actor) : LiveState(actor)
{
    /// <inheritdoc/>
    protected override void Command(Receive behaviour, object message) =>
        Actor.Turn(() => Actor.Deliver(behaviour, message));
}
