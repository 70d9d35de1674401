using Akka.Actor;

namespace Akka.Persistence;

/// <summary>A message that is not written but comes back in order.</summary>
/// <param name="Payload">The message.</param>
/// <param name="Sender">Who sent the command that led to it.</param>
public sealed record NonPersistentMessage(object Payload, IActorRef Sender) : IPersistentEnvelope
{
    /// <inheritdoc/>
    public int Size => 1;
}
