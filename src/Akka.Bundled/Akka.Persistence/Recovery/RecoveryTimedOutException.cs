using Akka.Actor;

namespace Akka.Persistence;

/// <summary>No snapshot or event came for longer than <c>recovery-event-timeout</c>.</summary>
public sealed class RecoveryTimedOutException : AkkaException
{
    /// <summary>A recovery that waited too long.</summary>
    /// <param name="message">What was waited for, and how long.</param>
    /// <param name="cause">What led to it.</param>
    public RecoveryTimedOutException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
