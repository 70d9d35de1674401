using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Stands for "no message": what a receive returns when its time is up.</summary>
public sealed class NullMessageEnvelope : MessageEnvelope
{
    private NullMessageEnvelope()
    {
    }

    /// <summary>The only instance.</summary>
    public static NullMessageEnvelope Instance { get; } = new();

    /// <inheritdoc />
    public override object Message => throw new InvalidOperationException("There is no message.");

    /// <inheritdoc />
    public override IActorRef Sender => throw new InvalidOperationException("There is no message, so no sender.");

    /// <inheritdoc />
    public override string ToString() => "<no message>";
}
