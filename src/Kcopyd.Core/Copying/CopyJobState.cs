using System.Collections.Immutable;

namespace Kcopyd.Core.Copying;

/// <summary>
/// Everything about a job that decisions depend on. Immutable; changed by <see cref="CopyJobTransitions"/> alone.
/// </summary>
public sealed record CopyJobState
{
    /// <summary>
    /// How many failures are kept; more are counted only. Enough to see a pattern, little enough to carry in a message.
    /// </summary>
    public const int MaxFailures = 1_000;

    /// <summary>How often a lost segment is begun again before it fails the job.</summary>
    public const int MaxAttempts = 3;

    /// <summary>What the job is about.</summary>
    public required CopyJobSpec Spec { get; init; }

    /// <summary>Where it is.</summary>
    public CopyPhase Phase { get; init; }

    /// <summary>What it does when nothing is in flight any more.</summary>
    public CopyIntent Intent { get; init; }

    /// <summary>How it ended; meaningful in <see cref="CopyPhase.Ended"/> only.</summary>
    public CopyOutcome Outcome { get; init; }

    /// <summary>Segments that were begun and are not over.</summary>
    public int InFlight { get; init; }

    /// <summary>
    /// Whether what is in flight has to be over before anything is begun again, whatever is wanted by then.
    /// </summary>
    public bool IsDraining { get; init; }

    /// <summary>Whether an answer to a question, a flush or a confirmation is outstanding.</summary>
    public bool IsAwaiting { get; init; }

    /// <summary>Sectors copied or zeroed, with or without an error.</summary>
    public long CopiedSectors { get; init; }

    /// <summary>Sectors compared.</summary>
    public long ComparedSectors { get; init; }

    /// <summary>Whether a part of the source could not be read.</summary>
    public bool ReadError { get; init; }

    /// <summary>The targets that had an error.</summary>
    public TargetMask WriteErrors { get; init; }

    /// <summary>The targets that were dropped.</summary>
    public TargetMask Dropped { get; init; }

    /// <summary>The first failures, at most <see cref="MaxFailures"/>, in the order in which they were seen.</summary>
    public ImmutableList<CopyFailure> Failures { get; init; } = [];

    /// <summary>How many failures there were.</summary>
    public long FailureCount { get; init; }

    /// <summary>The unreadable ranges that were written as zeros.</summary>
    public ImmutableList<CopyFailure> Zeroed { get; init; } = [];

    /// <summary>What may not be done for now, whatever is intended: a journal has to catch up first.</summary>
    public CopyHold Hold { get; init; }

    /// <summary>Whether the job rests.</summary>
    public bool IsPaused => Intent == CopyIntent.Pause && IsQuiet && Phase != CopyPhase.Ended;

    /// <summary>All targets of the job.</summary>
    public TargetMask AllTargets => TargetMask.All(Spec.TargetCount);

    /// <summary>The targets that are still written.</summary>
    public TargetMask LiveTargets => AllTargets.Except(Dropped);

    /// <summary>Nothing is in flight.</summary>
    public bool IsQuiet => InFlight == 0 && !IsAwaiting;

    /// <summary>Whether a failure was seen that stops nothing and fails the job at its end all the same.</summary>
    internal bool FailsAtEnd { get; init; }

    internal bool IsRefused { get; init; }

    internal bool AreCachesDropped { get; init; }

    internal ImmutableArray<PlanRun> Missing { get; init; }

    internal CopyPlan Plan { get; init; } = new([], 1, SegmentKind.Data);

    internal ImmutableSortedDictionary<long, Segment> Returned { get; init; } =
        ImmutableSortedDictionary<long, Segment>.Empty;

    /// <summary>A job that was not started yet.</summary>
    public static CopyJobState Create(CopyJobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var all = SectorRange.Create(0, spec.SectorCount);
        return new CopyJobState { Spec = spec, Missing = [new PlanRun(all, TargetMask.All(spec.TargetCount))] };
    }

    /// <summary>The same job, with what earlier runs did already done. Only before it was started.</summary>
    public CopyJobState Resume(CopyResume resume)
    {
        ArgumentNullException.ThrowIfNull(resume);
        Invariant.Holds(Phase == CopyPhase.Queued);
        return this with
        {
            Missing = resume.Missing,
            CopiedSectors = Spec.SectorCount - resume.Missing.Sum(run => run.Range.Count),
            Dropped = resume.Dropped,
            WriteErrors = resume.WriteErrors,
            ReadError = resume.ReadError,
            Failures = resume.Failures,
            FailureCount = resume.FailureCount,
            Zeroed = resume.Zeroed,
        };
    }
}
