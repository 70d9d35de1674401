using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>How a run ended, and what the journal has to say then. Pure.</summary>
/// <param name="Standing">How the job stands.</param>
/// <param name="Reason">Why, as a sentence; empty where there is nothing to say.</param>
/// <param name="Mismatched">What differs from the source although it was flushed: the next run copies it again.</param>
internal sealed record JobEnd(JobStanding Standing, string Reason, ImmutableArray<FlushedRanges> Mismatched)
{
    /// <summary>The end of a job that came to this.</summary>
    public static JobEnd Of(CopyJobState state, JobDescription about)
    {
        var standing = state.Outcome switch
        {
            CopyOutcome.Completed => JobStanding.Completed,
            CopyOutcome.CompletedWithErrors => JobStanding.CompletedWithErrors,
            CopyOutcome.Cancelled => JobStanding.Interrupted,
            _ => JobStanding.Failed,
        };
        var failures = state.Failures;
        var reason = standing == JobStanding.Failed && !failures.IsEmpty ? failures[^1].Reason : string.Empty;
        var claims = about.Kind != CopyJobKind.Verify
            && standing is JobStanding.Interrupted or JobStanding.Failed;
        return new JobEnd(
            standing, reason, claims ? MismatchedIn(failures, state.FailureCount, state.WriteErrors, about) : []);
    }

    /// <summary>What failures say that differs. Where not all were kept, everything on a target that had any.</summary>
    /// <param name="failures">The first failures.</param>
    /// <param name="count">How many there were.</param>
    /// <param name="failed">The targets that had any.</param>
    /// <param name="about">The job.</param>
    public static ImmutableArray<FlushedRanges> MismatchedIn(
        IReadOnlyList<CopyFailure> failures, long count, TargetMask failed, JobDescription about)
    {
        var mismatches = failures.Where(failure => failure.Kind == CopyFailureKind.Mismatch).ToList();
        if (mismatches.Count == 0)
        {
            // Comparing comes last: what was not kept may be of it only where failures before it left no room.
            return count > CopyJobState.MaxFailures && !failed.IsEmpty
                ? [FlushedRanges.Whole(failed, about.SectorCount)]
                : [];
        }

        return count > failures.Count
            ? [FlushedRanges.Whole(failed, about.SectorCount)]
            : [.. mismatches.GroupBy(failure => failure.Target!.Value, (target, same) => Of(target, same, about))];
    }

    /// <summary>The last events of the run.</summary>
    public ImmutableArray<JobEvent> ToEvents(long epoch, DateTimeOffset at)
    {
        var ended = new JobEvent.RunEnded(epoch, Standing, Reason, at);
        return Mismatched.IsEmpty ? [ended] : [new JobEvent.Withdrawn(Mismatched, at), ended];
    }

    private static FlushedRanges Of(int target, IEnumerable<CopyFailure> failures, JobDescription about)
    {
        var first = about.Targets[target].FirstSector;
        var ranges = new ExtentSet(failures.Select(failure => failure.Range.Shift(-first)));
        return new FlushedRanges(TargetMask.Of(target), [.. ranges]);
    }
}
