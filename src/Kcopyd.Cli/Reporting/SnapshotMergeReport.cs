using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Reporting;

/// <summary>What <c>snapshot merge --json</c> prints. Names and units are a contract with programs.</summary>
/// <param name="State"><c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Status">The status line at the end.</param>
internal sealed record SnapshotMergeReport(string State, string Status)
{
    /// <summary>Exceptions that were there before.</summary>
    public long Exceptions { get; init; }

    public long ExceptionsMerged { get; init; }

    public long BytesMerged { get; init; }

    public double ElapsedSeconds { get; init; }

    /// <summary>Null where nothing failed.</summary>
    public string? Failure { get; init; }

    internal static SnapshotMergeReport Of(SnapshotOrder order, SnapshotMergeResult result) => new(
        ReportJson.Word(result.State),
        result.Status.FullLine(order.Table.Start, order.Table.Length, SnapshotTarget.Merge))
    {
        Exceptions = result.Began.ExceptionCount,
        ExceptionsMerged = result.Counts.Merged,
        BytesMerged = Sectors.ToBytes(result.Counts.Merged * result.Began.Table.ChunkSectors),
        ElapsedSeconds = Math.Round(result.Elapsed.TotalSeconds, 6),
        Failure = result.Failure,
    };
}
