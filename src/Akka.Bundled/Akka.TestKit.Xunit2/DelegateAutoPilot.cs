using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A pilot made of a function.</summary>
/// <param name="autoPilotDelegate">Called with sender and message; returns the next pilot.</param>
public sealed class DelegateAutoPilot(Func<IActorRef, object, AutoPilot> autoPilotDelegate) : AutoPilot
{
    /// <inheritdoc />
    public override AutoPilot Run(IActorRef sender, object message) => autoPilotDelegate(sender, message);
}
