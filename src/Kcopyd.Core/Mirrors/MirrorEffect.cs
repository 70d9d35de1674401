namespace Kcopyd.Core.Mirrors;

/// <summary>What is to be done for a mirror.</summary>
public abstract record MirrorEffect
{
    private MirrorEffect()
    {
    }

    /// <summary>Write a request to the legs of its pieces, or flush all legs. Answered by
    /// <see cref="MirrorMachine.Ended"/>.</summary>
    public sealed record Issue(RegionRequest Request) : MirrorEffect;

    /// <summary>A request is over.</summary>
    public sealed record Settle(RegionRequest Request, RequestVerdict Verdict) : MirrorEffect;

    /// <summary>Write to the log. Answered by <see cref="MirrorMachine.Committed"/>; one at a time.</summary>
    public sealed record Commit(LogCommit Changes) : MirrorEffect;

    /// <summary>Flush all legs, so that regions can be marked clean. Answered by
    /// <see cref="MirrorMachine.LegsFlushed"/>; one at a time.</summary>
    public sealed record FlushLegs : MirrorEffect;

    /// <summary>Carry out a work. Answered by <see cref="MirrorMachine.WorkEnded"/>.</summary>
    public sealed record Start(RegionWork Work) : MirrorEffect;

    /// <summary>A work was given up before it began.</summary>
    public sealed record Drop(RegionWork Work) : MirrorEffect;

    /// <summary>Call <see cref="MirrorMachine.CleanDue"/> after a while; once, however often this comes.</summary>
    public sealed record CleanLater : MirrorEffect;

    /// <summary>Call <see cref="MirrorMachine.RetryDue"/> after a while; once, however often this comes.</summary>
    public sealed record RetryLater : MirrorEffect;

    /// <summary>Tell whoever runs the mirror.</summary>
    public sealed record Tell(MirrorNotice Notice) : MirrorEffect;

    /// <summary>The mirror is suspended: nothing is in flight, and the log says all that is known.</summary>
    public sealed record Suspended : MirrorEffect;
}
