using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Reporting;

/// <summary>What is said about a mirror, in words. Pure.</summary>
internal static class MirrorResultText
{
    /// <summary>Ranges that are listed; the JSON result has all of them.</summary>
    private const int ListedRanges = 5;

    /// <summary><c>512 of 512 regions in sync; 64 MiB copied in 1.1 s, 58 MiB/s</c>.</summary>
    internal static string Summary(MirrorSyncResult result)
    {
        var counts = result.Counts;
        var bytes = Sectors.ToBytes(counts.RecoveredSectors);
        var rate = bytes > 0 && result.Elapsed > TimeSpan.Zero
            ? $", {SizeText.Format((long)(bytes / result.Elapsed.TotalSeconds))}/s"
            : string.Empty;
        return $"{counts.InSync} of {counts.Regions} regions in sync; "
            + $"{SizeText.Format(bytes)} copied in {DurationText.Format(result.Elapsed)}{rate}{Ending(result.State)}";
    }

    /// <summary>A sentence for each failure, and what to do then.</summary>
    internal static IEnumerable<string> Complaints(MirrorOrder order, MirrorSyncResult result)
    {
        foreach (var failure in result.Failures)
        {
            var what = failure.Leg is { } leg ? $"leg {leg}" : "the log";
            yield return $"{what} {failure.Device} failed: {failure.Reason.TrimEnd('.')}";
        }

        if (result.State != WorkEnd.Completed)
        {
            yield return order.HasDiskLog && order.Table.Log.Sync != MirrorSync.Sync
                ? "the same command goes on from the log"
                : order.HasDiskLog
                    ? "the same command begins anew, since the table says sync; without it, from the log"
                    : "the same command begins anew, since a core log is in memory";
        }
    }

    /// <summary><c>512 regions compared in 1.1 s, 3 skipped (out of sync): no difference</c>.</summary>
    internal static string Summary(MirrorCheckResult result)
    {
        var skipped = result.Skipped == 0 ? string.Empty : $", {result.Skipped} skipped (out of sync)";
        var ending = result.WasInterrupted ? ", interrupted" : string.Empty;
        return $"{result.Compared} of {result.Regions} regions compared in {DurationText.Format(result.Elapsed)}"
            + $"{skipped}{ending}{Found(result)}";
    }

    /// <summary>Of regions that were not compared nothing is said.</summary>
    private static string Found(MirrorCheckResult result) => result switch
    {
        { Mismatched: > 0 } => $": {result.Mismatched} regions mismatched, sectors {Listed(result)}",
        { Compared: 0 } => ": nothing is known",
        { WasInterrupted: true } or { Skipped: > 0 } => ": no difference in those",
        _ => ": no difference",
    };

    private static string Listed(MirrorCheckResult result)
    {
        var listed = string.Join(
            ", ", result.Ranges.Take(ListedRanges).Select(range => $"{range.Start} to {range.End - 1}"));
        return result.Ranges.Length > ListedRanges
            ? $"{listed} and {result.Ranges.Length - ListedRanges} more ranges"
            : listed;
    }

    private static string Ending(WorkEnd state) => state switch
    {
        WorkEnd.Cancelled => ", interrupted",
        WorkEnd.Failed => ", failed",
        _ => string.Empty,
    };
}
