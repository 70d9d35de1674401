using Akka.Actor;

namespace Akka.TestKit;

/// <summary>The pilot that does nothing.</summary>
public sealed class NoAutoPilot : AutoPilot
{
    private NoAutoPilot()
    {
    }

    /// <summary>The only instance.</summary>
    public static NoAutoPilot Instance { get; } = new();

    /// <inheritdoc />
    public override AutoPilot Run(IActorRef sender, object message) => this;
}
