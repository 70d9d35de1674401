using Akka.Actor;
using Akka.Event;

namespace Kcopyd.Actors.Mirrors;

/// <summary>The protocol between a journal log, its actor, and the stream actor that is the child of that.</summary>
internal abstract record RegionLogMessage : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    private RegionLogMessage()
    {
    }

    /// <summary>Command: append this. One at a time.</summary>
    /// <param name="Event">To the log's last word.</param>
    /// <param name="Done">Told once it is durable, or that it may not be.</param>
    public sealed record Append(RegionEvent Event, TaskCompletionSource Done) : RegionLogMessage;

    /// <summary>Event: everything in the stream was read.</summary>
    /// <param name="State">What it adds up to; null for nothing.</param>
    public sealed record Recovered(RegionEvent.Whole? State) : RegionLogMessage;

    /// <summary>Event: what was to be appended is durable.</summary>
    public sealed record Appended : RegionLogMessage;

    /// <summary>Event: the stream could not be read or written; its actor is gone. What was being appended may have
    /// been, or not.</summary>
    public sealed record Lost(string Reason) : RegionLogMessage;

    /// <summary>Timer: the stream should have answered long ago.</summary>
    /// <param name="Number">The number of the question.</param>
    public sealed record AnswerOverdue(long Number) : RegionLogMessage;
}
