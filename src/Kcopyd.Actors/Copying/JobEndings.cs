using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Copying;

/// <summary>Completions of jobs that have no actor to tell them, or none any more.</summary>
internal static class JobEndings
{
    /// <summary>A job whose actor died of a defect.</summary>
    public static CopyCompleted Crashed(JobEntry entry, TimeSpan now)
    {
        var request = entry.Request!;
        var range = (request.Source ?? request.Targets[0]).Range;
        var failure = new CopyFailure(
            CopyFailureKind.Engine, null, range, 0, true, "The job's actor failed; what was copied is undefined.");
        var targets = TargetMask.All(request.Targets.Length).Bits;

        // As the kernel after an internal failure: every bit is set.
        return Untouched(entry, CopyOutcome.Failed, now) with
        {
            HasBegun = true,
            ReadError = true,
            WriteErrors = targets,
            Details = [failure],
            FailureCount = 1,
            Targets = [.. request.Targets.Select(target => Target(target.Device.Identity.Uri, CopyTargetState.Failed))],
        };
    }

    /// <summary>A job that was cancelled before its turn came.</summary>
    public static CopyCompleted CancelledInQueue(JobEntry entry, TimeSpan now) =>
        Untouched(entry, CopyOutcome.Cancelled, now);

    /// <summary>A completion that was reserved.</summary>
    public static CopyCompleted Prepared(JobEntry entry, bool readError, ulong writeErrors, TimeSpan now)
    {
        var outcome = readError || writeErrors != 0 ? CopyOutcome.CompletedWithErrors : CopyOutcome.Completed;
        return new CopyCompleted(entry.Id, outcome, readError, writeErrors) { Elapsed = now - entry.AcceptedAt };
    }

    /// <summary>Where a job is whose turn has not come.</summary>
    public static CopyProgress ProgressInQueue(JobEntry entry)
    {
        var request = entry.Request!;
        var passes = request.Kind != CopyJobKind.Verify && request.Options.Verify ? 2 : 1;
        var total = new ByteCount(request.Targets[0].Range.CountBytes * passes);
        return new CopyProgress(entry.Id, CopyJobStatus.Queued, total, ByteCount.Zero)
        {
            Targets =
            [
                .. request.Targets.Select(target => new CopyTargetProgress(
                    target.Device.Identity.Uri, ByteCount.Zero, ByteCount.Zero, CopyTargetState.Good)),
            ],
        };
    }

    /// <summary>Tells the log, the meters and the activity of a job's end.</summary>
    public static void Observe(JobEntry entry, CopyCompleted completed, ILogger logger)
    {
        CopyLog.JobEnded(logger, entry.Id, completed.Outcome, completed.Elapsed);
        if (entry.Request is null)
        {
            return;
        }

        var outcome = new KeyValuePair<string, object?>("outcome", completed.Outcome.ToString());
        CopyMetrics.JobsCompleted.Add(1, outcome);
        CopyMetrics.JobDuration.Record(completed.Elapsed.TotalSeconds, outcome);
        CopyActivities.Stop(entry.Activity, completed);
    }

    private static CopyCompleted Untouched(JobEntry entry, CopyOutcome outcome, TimeSpan now) =>
        new(entry.Id, outcome, false, 0)
        {
            HasBegun = false,
            Sectors = entry.Request!.Targets[0].Range.Count,
            Elapsed = now - entry.AcceptedAt,
            Targets =
            [
                .. entry.Request.Targets.Select(
                    target => Target(target.Device.Identity.Uri, CopyTargetState.Good)),
            ],
        };

    private static CopyTargetResult Target(string uri, CopyTargetState state) => new(uri, 0, 0, state);
}
