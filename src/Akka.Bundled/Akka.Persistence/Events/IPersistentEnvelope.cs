using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Something in a <see cref="WriteMessages"/>: to be written, or only to come back in order.</summary>
public interface IPersistentEnvelope
{
    /// <summary>What is carried.</summary>
    object Payload { get; }

    /// <summary>Who sent the command that led to it.</summary>
    IActorRef Sender { get; }

    /// <summary>How many events it counts for.</summary>
    int Size { get; }
}
