using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>What a persistent actor does with a message in one phase of its life.</summary>
internal abstract class EventsourcedState(Eventsourced actor)
{
    /// <summary>Whether the actor is still recovering.</summary>
    public abstract bool IsRecovering { get; }

    protected Eventsourced Actor { get; } = actor;

    /// <summary>Takes a message.</summary>
    /// <param name="behaviour">The actor's present handler of commands.</param>
    /// <param name="message">The message.</param>
    public abstract void Receive(Receive behaviour, object message);
}
