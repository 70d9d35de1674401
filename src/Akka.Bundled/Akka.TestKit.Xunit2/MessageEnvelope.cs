using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A received message and who sent it, or the absence of one (<see cref="NullMessageEnvelope"/>).</summary>
public abstract class MessageEnvelope
{
    /// <summary>The message. The null envelope has none and throws.</summary>
    public abstract object Message { get; }

    /// <summary>The sender; no sender is <see cref="ActorRefs.NoSender"/>. The null envelope has none and
    /// throws.</summary>
    public abstract IActorRef Sender { get; }
}
