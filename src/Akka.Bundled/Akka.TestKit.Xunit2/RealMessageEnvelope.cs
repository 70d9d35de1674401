using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A message that arrived.</summary>
/// <param name="message">What arrived.</param>
/// <param name="sender">Who sent it.</param>
public sealed class RealMessageEnvelope(object message, IActorRef sender) : MessageEnvelope
{
    /// <inheritdoc />
    public override object Message { get; } = message;

    /// <inheritdoc />
    public override IActorRef Sender { get; } = sender;

    /// <inheritdoc />
    public override string ToString() => $"<{Message}> from {Sender}";
}
