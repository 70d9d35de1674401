using Kcopyd.Cli.Requests;
using Kcopyd.Core;

namespace Kcopyd.Cli.Reporting;

/// <summary>What <c>mirror sync --json</c> prints. Names and units are a contract with programs.</summary>
/// <param name="State"><c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Status">The status line at the end.</param>
internal sealed record MirrorSyncReport(string State, string Status)
{
    public long Regions { get; init; }

    public long InSync { get; init; }

    /// <summary>Regions that were in sync before.</summary>
    public long RegionsKept { get; init; }

    public long RegionsRecovered { get; init; }

    public long BytesRecovered { get; init; }

    public double ElapsedSeconds { get; init; }

    public required IReadOnlyList<MirrorFailureReport> Failures { get; init; }

    internal static MirrorSyncReport Of(MirrorOrder order, MirrorSyncResult result) =>
        new(ReportJson.Word(result.State), result.Status.ToStatusLine(order.Table))
        {
            Regions = result.Counts.Regions,
            InSync = result.Counts.InSync,
            RegionsKept = result.BeganInSync,
            RegionsRecovered = result.Counts.RecoveredRegions,
            BytesRecovered = Sectors.ToBytes(result.Counts.RecoveredSectors),
            ElapsedSeconds = Math.Round(result.Elapsed.TotalSeconds, 6),
            Failures = [.. result.Failures.Select(MirrorFailureReport.Of)],
        };
}
