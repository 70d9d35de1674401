using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Not a pilot but an answer of one: keep me.</summary>
public sealed class KeepRunning : AutoPilot
{
    private KeepRunning()
    {
    }

    /// <summary>The only instance.</summary>
    public static KeepRunning Instance { get; } = new();

    /// <summary>Never called.</summary>
    /// <exception cref="InvalidOperationException">Always: it stands for another pilot.</exception>
    public override AutoPilot Run(IActorRef sender, object message)
        => throw new InvalidOperationException("KeepRunning is what a pilot returns; it cannot be one.");
}
