namespace Kcopyd.Core.Copying;

/// <summary>What is to be done for a job.</summary>
public abstract record CopyJobEffect
{
    private CopyJobEffect()
    {
    }

    /// <summary>Get pages for the segment and work on it. Answered by settled, returned or lost.</summary>
    public sealed record StartSegment(Segment Segment) : CopyJobEffect;

    /// <summary>Ask the source for its block status. Answered by known.</summary>
    public sealed record AskStatus(SectorRange Range) : CopyJobEffect;

    /// <summary>Take back requests for pages that were not granted yet: each is answered by returned.</summary>
    public sealed record WithdrawRequests : CopyJobEffect;

    /// <summary>Flush these targets. Answered by flushed.</summary>
    public sealed record FlushTargets(TargetMask Targets) : CopyJobEffect;

    /// <summary>
    /// Drop what is cached of the source and of these targets, so that they are read from the medium. Answered by
    /// dropped.
    /// </summary>
    public sealed record DropCaches(TargetMask Targets) : CopyJobEffect;

    /// <summary>Ask every device whether its name still leads to it. Answered by confirmed.</summary>
    public sealed record ConfirmDevices(TargetMask Targets) : CopyJobEffect;

    /// <summary>The job is over.</summary>
    public sealed record Finish(CopyOutcome Outcome) : CopyJobEffect;
}
