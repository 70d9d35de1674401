using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>The protocol between a job actor and the journal actor that is its child. Answers carry the number of the
/// child; those of an earlier one are dropped.</summary>
internal abstract record JournalMessage : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    private JournalMessage()
    {
    }

    /// <summary>Command: append these, all or none. Answered by <see cref="Appended"/> or <see cref="Lost"/>.</summary>
    public sealed record Append(ImmutableArray<JobEvent> Events) : JournalMessage;

    /// <summary>Event: everything that the journal has of the job was read.</summary>
    /// <param name="Child">Who read it.</param>
    /// <param name="Snapshot">What it adds up to; null for nothing.</param>
    public sealed record Recovered(int Child, JobSnapshot? Snapshot) : JournalMessage;

    /// <summary>Event: what was to be appended is durable.</summary>
    public sealed record Appended(int Child) : JournalMessage;

    /// <summary>Event: the journal could not be read or written, or did not say so; the child is gone. What was being
    /// appended may have been, or not.</summary>
    public sealed record Lost(int Child, string Reason) : JournalMessage;

    /// <summary>Event: the lock of the job was taken, or not.</summary>
    /// <param name="Lock">Null if another has it, or it could not be made.</param>
    /// <param name="Kind">What it means that there is none.</param>
    /// <param name="Reason">Why there is none.</param>
    public sealed record LockAnswered(IDisposable? Lock, CopyFailureKind Kind, string Reason) : JournalMessage;

    /// <summary>Event: a flush of targets is over.</summary>
    public sealed record Flushed(ImmutableArray<CopyFailure> Failures) : JournalMessage;

    /// <summary>Timer: an append should have been answered long ago.</summary>
    /// <param name="Number">Its number.</param>
    public sealed record AppendOverdue(long Number) : JournalMessage;

    /// <summary>Timer: time to try the journal again.</summary>
    public sealed record ReopenDue : JournalMessage;

    /// <summary>Timer: time to see whether a checkpoint is due.</summary>
    public sealed record CheckpointDue : JournalMessage;
}
