using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>Commands wait until the handlers of the events of one command ran.</summary>
internal sealed class PersistingEvents(Eventsourced actor) : LiveState(actor)
{
    /// <inheritdoc/>
    protected override void Command(Receive behaviour, object message) => Actor.Commands.AddCurrent();
}
