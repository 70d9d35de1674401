using System.Collections.Immutable;

namespace Kcopyd.Core.Copying;

/// <summary>What happens to a job.</summary>
public abstract record CopyJobEvent
{
    private CopyJobEvent()
    {
    }

    /// <summary>The job may begin.</summary>
    public sealed record Started : CopyJobEvent;

    /// <summary>The block status that was asked for; it begins where the question did.</summary>
    public sealed record StatusKnown(ImmutableArray<StatusRun> Status) : CopyJobEvent;

    /// <summary>A segment is over, with whatever came of it.</summary>
    public sealed record SegmentSettled(Segment Segment, SegmentResult Result) : CopyJobEvent;

    /// <summary>A segment was not begun: the job wanted to stop before it got its pages.</summary>
    public sealed record SegmentReturned(Segment Segment) : CopyJobEvent;

    /// <summary>A part of the engine that worked on the segment failed; nothing of it is in flight any more.</summary>
    public sealed record SegmentLost(Segment Segment, string Reason) : CopyJobEvent;

    /// <summary>The targets were flushed, save those that failed.</summary>
    public sealed record TargetsFlushed(ImmutableArray<CopyFailure> Failures) : CopyJobEvent;

    /// <summary>Caches were dropped as far as that is possible.</summary>
    public sealed record CachesDropped : CopyJobEvent;

    /// <summary>The devices were asked whether they are still there; those that are not failed.</summary>
    public sealed record DevicesConfirmed(ImmutableArray<CopyFailure> Failures) : CopyJobEvent;

    /// <summary>Targets failed outside of any segment: a flush on the way, say.</summary>
    public sealed record TargetsFailed(ImmutableArray<CopyFailure> Failures) : CopyJobEvent;

    /// <summary>What may not be done from now on.</summary>
    public sealed record HoldChanged(CopyHold Hold) : CopyJobEvent;

    /// <summary>The job may not go on, for a reason of its own; it ends as failed.</summary>
    public sealed record Forbidden(CopyFailure Failure) : CopyJobEvent;

    /// <summary>The job may not begin; nothing was read or written.</summary>
    public sealed record Refused(CopyFailure Failure) : CopyJobEvent;

    /// <summary>Someone wants the job to rest.</summary>
    public sealed record PauseRequested : CopyJobEvent;

    /// <summary>Someone wants a resting job to go on.</summary>
    public sealed record ResumeRequested : CopyJobEvent;

    /// <summary>Someone wants the job to end.</summary>
    public sealed record CancelRequested : CopyJobEvent;
}
