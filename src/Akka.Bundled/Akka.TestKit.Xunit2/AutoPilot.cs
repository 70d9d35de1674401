using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Answers messages on behalf of a test actor, before the test sees them. The messages are queued all the
/// same.</summary>
/// <remarks>Runs in the test actor, one message at a time.</remarks>
public abstract class AutoPilot
{
    /// <summary>Return this to stop: later messages only queue.</summary>
    public static NoAutoPilot NoAutoPilot => NoAutoPilot.Instance;

    /// <summary>Return this to go on with the same pilot.</summary>
    public static KeepRunning KeepRunning => KeepRunning.Instance;

    /// <summary>Handles one message and returns the pilot for the next one.</summary>
    /// <param name="sender">Who sent the message.</param>
    /// <param name="message">The message.</param>
    public abstract AutoPilot Run(IActorRef sender, object message);
}
