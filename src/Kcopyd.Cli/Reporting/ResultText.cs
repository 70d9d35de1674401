using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>What came of a job, in words. Pure.</summary>
internal static class ResultText
{
    /// <summary>Zeroed ranges that are listed; the JSON result has all of them.</summary>
    private const int ListedRanges = 5;

    /// <summary>One line: <c>4 GiB copied in 1.1 s, 3.7 GiB/s</c>.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="plan">What was planned.</param>
    /// <param name="completed">What came of it.</param>
    /// <param name="doneBytes">How far the job was when it was last looked at.</param>
    internal static string Summary(
        TransferRequest request, TransferPlan plan, CopyCompleted completed, long doneBytes)
    {
        var isWhole = completed.Outcome is CopyOutcome.Completed or CopyOutcome.CompletedWithErrors
            || IsFinishedComparison(request, completed);
        var done = isWhole ? plan.TotalBytes : Math.Min(plan.TotalBytes, Math.Max(doneBytes, Written(completed)));
        var amount = isWhole
            ? SizeText.Format(done)
            : $"{SizeText.Format(done)} of {SizeText.Format(plan.TotalBytes)}";
        var targets = plan.Targets.Length == 1 ? string.Empty : Preposition(request.Kind, TargetCount(completed));
        var kept = Math.Min(Kept(completed), done);
        return $"{amount} {Verb(request, completed)}{targets} in {DurationText.Format(completed.Elapsed)}"
            + $"{Rate(done - kept, completed.Elapsed)}{Ending(request, completed)}"
            + (kept > 0 ? $"; {SizeText.Format(kept)} of it had been safe before" : string.Empty);
    }

    /// <summary>The digest, or why there is none; null where none was wanted.</summary>
    internal static string? Digest(TransferRequest request, CopyCompleted completed)
    {
        if (DigestText.Format(completed.Digest) is { } digest)
        {
            return $"sha256 {digest}";
        }

        return request.Options.Digest && completed.Targets.Any(target => target.BytesKept > 0)
            ? "no sha256: an earlier run read a part of the source"
            : null;
    }

    /// <summary>A sentence for each thing that went wrong: the first failure of each kind on each device, and how
    /// many more.</summary>
    internal static IEnumerable<string> Errors(TransferRequest request, CopyCompleted completed) =>
        completed.FailureCount == 0 ? [] : Failures(request, completed);

    private static IEnumerable<string> Failures(TransferRequest request, CopyCompleted completed)
    {
        var zeroed = new ExtentSet(completed.ZeroedRanges);
        var groups = completed.Details
            .Where(failure => failure.Kind != CopyFailureKind.Read || !zeroed.Contains(failure.Range))
            .GroupBy(failure => (failure.Kind, failure.Target));
        foreach (var group in groups)
        {
            var dropped = group.Key.Target is { } target && completed.Targets[target].State == CopyTargetState.Dropped
                ? "; the target was dropped"
                : string.Empty;
            var reason = group.MinBy(failure => failure.Range.Start)!.Reason.TrimEnd('.');
            yield return $"{reason}{More(group.Count() - 1)}{dropped}";
        }

        var unlisted = completed.FailureCount - completed.Details.Length;
        if (unlisted > 0)
        {
            yield return $"{unlisted} further failures are not listed";
        }

        if (!completed.ZeroedRanges.IsEmpty)
        {
            yield return Salvaged(request.Source ?? "the source", completed.ZeroedRanges);
        }
    }

    private static bool IsFinishedComparison(TransferRequest request, CopyCompleted completed) =>
        request.Kind == CopyJobKind.Verify
        && completed.Outcome == CopyOutcome.Failed
        && completed.Details.All(failure => failure.Kind == CopyFailureKind.Mismatch);

    /// <summary>What every good target had from earlier runs.</summary>
    private static long Kept(CopyCompleted completed) => completed.Targets
        .Where(target => target.State == CopyTargetState.Good)
        .Select(target => target.BytesKept)
        .DefaultIfEmpty()
        .Min();

    /// <summary>What every good target has; where there is none, what the best one has.</summary>
    private static long Written(CopyCompleted completed)
    {
        var good = completed.Targets.Where(target => target.State == CopyTargetState.Good).ToList();
        return good.Count > 0
            ? good.Min(Done)
            : completed.Targets.Select(Done).DefaultIfEmpty().Max();
    }

    private static long Done(CopyTargetResult target) => target.BytesKept + target.BytesWritten;

    private static string Verb(TransferRequest request, CopyCompleted completed) => request.Kind switch
    {
        CopyJobKind.Verify => "compared",
        CopyJobKind.Zero => $"zeroed{Extras(request, completed)}",
        _ => $"copied{Extras(request, completed)}",
    };

    /// <summary>Says flushed and verified only of what was: a job that ended early may have got to neither.</summary>
    private static string Extras(TransferRequest request, CopyCompleted completed)
    {
        var wentToItsEnd = completed.Outcome is CopyOutcome.Completed or CopyOutcome.CompletedWithErrors;
        var good = completed.Targets.Where(target => target.State == CopyTargetState.Good).ToList();
        var isFlushed = request.Options.FlushesAtEnd
            && (wentToItsEnd || (good.Count > 0 && good.All(target => target.BytesFlushed == target.BytesWritten
                && target.BytesFlushed > 0)));
        return (isFlushed, request.Options.Verify && wentToItsEnd) switch
        {
            (true, true) => ", flushed and verified",
            (true, false) => " and flushed",
            _ => string.Empty,
        };
    }

    private static string TargetCount(CopyCompleted completed)
    {
        var good = completed.Targets.Count(target => target.State == CopyTargetState.Good);
        return good == completed.Targets.Length ? $"{good}" : $"{good} of {completed.Targets.Length}";
    }

    private static string Preposition(CopyJobKind kind, string targets) => kind switch
    {
        CopyJobKind.Verify => $" with {targets} targets",
        CopyJobKind.Zero => $" on {targets} targets",
        _ => $" to {targets} targets",
    };

    private static string Rate(long bytes, TimeSpan elapsed) =>
        bytes > 0 && elapsed > TimeSpan.Zero
            ? $", {SizeText.Format((long)Math.Min(bytes / elapsed.TotalSeconds, long.MaxValue / 2.0))}/s"
            : string.Empty;

    private static string Ending(TransferRequest request, CopyCompleted completed) => completed.Outcome switch
    {
        CopyOutcome.Completed when request.Kind == CopyJobKind.Verify => ": no difference",
        CopyOutcome.Completed => string.Empty,
        CopyOutcome.CompletedWithErrors => ", with errors",
        CopyOutcome.Cancelled => ", interrupted",
        _ when IsFinishedComparison(request, completed) => ": they differ",
        _ => ", failed",
    };

    private static string More(int count) => count == 0 ? string.Empty : $" (and {count} more like it)";

    private static string Salvaged(string source, ImmutableArray<SectorRange> ranges)
    {
        var sectors = ranges.Sum(range => range.Count);
        var listed = string.Join(", ", ranges.Take(ListedRanges).Select(range => range.ToString()));
        var more = ranges.Length > ListedRanges ? $" and {ranges.Length - ListedRanges} more ranges" : string.Empty;
        return $"{source}: {sectors} unreadable sectors ({SizeText.Format(Sectors.ToBytes(sectors))}) "
            + $"were written as zeros: sectors {listed}{more}";
    }
}
