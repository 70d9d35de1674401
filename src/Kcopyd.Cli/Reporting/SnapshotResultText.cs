using System.Globalization;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Reporting;

/// <summary>What is said about a snapshot, in words. Pure.</summary>
internal static class SnapshotResultText
{
    /// <summary>What is shown of a store with room for a chunk still.</summary>
    private const double AlmostFull = 99.99;

    /// <summary>dm-snapshot's status line.</summary>
    internal static string StatusLine(CowStoreContent content) =>
        content.Status.FullLine(content.Table.Start, content.Table.Length, content.Table.Target);

    /// <summary>How full a store is, to two digits.</summary>
    internal static double FillPercent(SnapshotStatus status) =>
        status.Allocated >= status.Total
            ? 100
            : Math.Min(AlmostFull, Math.Round(100.0 * status.Allocated / status.Total, 2));

    /// <summary><c>1 exception</c>, <c>2 exceptions</c>.</summary>
    internal static string Exceptions(long count) => Count(count, "exception");

    /// <summary><c>49542 exceptions in chunks of 8 sectors; 194 MiB of 1 GiB allocated (18.97 %), 780 KiB of that
    /// metadata</c>.</summary>
    internal static string Summary(CowStoreContent content)
    {
        var status = content.Status;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Exceptions(content.ExceptionCount)} in chunks of {Count(content.Table.ChunkSectors, "sector")}; "
            + $"{Amount(status.Allocated)} of {Amount(status.Total)} allocated ({FillPercent(status):0.##} %), "
            + $"{Amount(status.Metadata)} of that metadata");
    }

    /// <summary><c>area 0 in chunk 1: 256 of 256 entries, origin chunks 0 to 511 in COW chunks 2 to 257</c>.</summary>
    internal static string Line(CowArea area) =>
        $"area {area.Number} in chunk {area.Chunk}: {area.Entries} of {area.Capacity} entries, origin chunks "
        + $"{area.FirstOldChunk} to {area.LastOldChunk} in COW chunks {area.FirstNewChunk} to {area.LastNewChunk}";

    /// <summary><c>49542 of 49542 exceptions merged; 194 MiB in 1.1 s, 176 MiB/s</c>.</summary>
    internal static string Summary(SnapshotMergeResult result)
    {
        var merged = result.Counts.Merged;
        var bytes = Sectors.ToBytes(merged * result.Began.Table.ChunkSectors);
        var rate = bytes > 0 && result.Elapsed > TimeSpan.Zero
            ? $", {SizeText.Format((long)(bytes / result.Elapsed.TotalSeconds))}/s"
            : string.Empty;
        return $"{merged} of {Exceptions(result.Began.ExceptionCount)} merged; {SizeText.Format(bytes)} in "
            + $"{DurationText.Format(result.Elapsed)}{rate}{Ending(result.State)}";
    }

    /// <summary>A sentence for what failed, and what to do then.</summary>
    internal static IEnumerable<string> Complaints(SnapshotMergeResult result)
    {
        if (result.Failure is { } failure)
        {
            yield return failure.TrimEnd('.');
        }

        if (result.State != WorkEnd.Completed)
        {
            yield return "the same command goes on where it was; until it is over, the origin is to be used only "
                + "together with its COW device";
        }
    }

    /// <summary>What is said where the table names another chunk size than the store; null: it does not.</summary>
    internal static string? ChunkRemark(SnapshotTable wanted, SnapshotTable found) =>
        wanted.ChunkSectors == 0 || wanted.ChunkSectors == found.ChunkSectors
            ? null
            : $"the store on {found.Cow} has chunks of {Count(found.ChunkSectors, "sector")}, which counts, not "
                + $"{wanted.ChunkSectors} as in the table";

    private static string Count(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static string Amount(long sectors) => SizeText.Format(Sectors.ToBytes(sectors));

    private static string Ending(WorkEnd state) => state switch
    {
        WorkEnd.Cancelled => ", interrupted",
        WorkEnd.Failed => ", failed",
        _ => string.Empty,
    };
}
