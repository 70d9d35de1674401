using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>The protocol of a job actor. Answers about a segment carry its attempt; those of an abandoned one are
/// dropped.</summary>
internal abstract record JobMessage : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    private JobMessage()
    {
    }

    /// <summary>Command: rest. The client is told when it does.</summary>
    /// <param name="Number">Which pause of this job it is: by it the answer is told from one to an earlier
    /// pause.</param>
    public sealed record Pause(int Number) : JobMessage;

    /// <summary>Command: go on.</summary>
    public sealed record Resume : JobMessage;

    /// <summary>Command: end.</summary>
    public sealed record Cancel : JobMessage;

    /// <summary>Query: answered to the sender by <see cref="CopyProgress"/>.</summary>
    public sealed record GetProgress : JobMessage;

    /// <summary>Event: a segment was let in; the owner's hold of the lease moves with this message.</summary>
    public sealed record SegmentAdmitted(long Index, PageLease Lease) : JobMessage;

    /// <summary>Event: these requests were taken back.</summary>
    public sealed record SegmentsWithdrawn(ImmutableArray<long> Indexes) : JobMessage;

    /// <summary>Query: has nothing completed for so long? Answered by <see cref="ClientWork.StallChecked"/>.</summary>
    public sealed record CheckStall(TimeSpan After) : JobMessage;

    /// <summary>Event: the reader of a segment is done.</summary>
    public sealed record SegmentRead(long Index, int Attempt, ReadResult Result) : JobMessage;

    /// <summary>Event: a writer of a segment is done.</summary>
    /// <remarks>Bytes count only without a failure.</remarks>
    public sealed record SegmentWritten(long Index, int Attempt, int Target, long Bytes, CopyFailure? Failure)
        : JobMessage;

    /// <summary>Event: a segment went into the digest.</summary>
    public sealed record SegmentHashed(long Index, int Attempt) : JobMessage;

    /// <summary>Event: a segment was compared.</summary>
    public sealed record SegmentCompared(long Index, int Attempt, SegmentResult Result) : JobMessage;

    /// <summary>Event: an actor that worked on a segment died of a defect.</summary>
    public sealed record WorkerLost(long Index, int Attempt, int? Target) : JobMessage;

    /// <summary>Event: an answer to a question about devices, ready to be applied.</summary>
    public sealed record Answered(CopyJobEvent Event) : JobMessage;
}
