using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Reporting;

/// <summary>What <c>mirror check --json</c> prints. Names and units are a contract with programs.</summary>
/// <param name="State"><c>completed</c>: no difference; <c>failed</c>: there is one; <c>cancelled</c>.</param>
/// <param name="Table">The table line.</param>
internal sealed record MirrorCheckReport(string State, string Table)
{
    public long Regions { get; init; }

    public long Compared { get; init; }

    public long Skipped { get; init; }

    public long Mismatched { get; init; }

    /// <summary>Where legs differ, in sectors of the mirror.</summary>
    public required IReadOnlyList<RangeReport> Ranges { get; init; }

    /// <summary>Why legs could not be read.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    public double ElapsedSeconds { get; init; }

    internal static MirrorCheckReport Of(MirrorOrder order, MirrorCheckResult result) =>
        new(ReportJson.Word(result.State), order.Table.ToTableLine())
        {
            Regions = result.Regions,
            Compared = result.Compared,
            Skipped = result.Skipped,
            Mismatched = result.Mismatched,
            Ranges = [.. result.Ranges.Select(RangeReport.Of)],
            Reasons = result.Reasons,
            ElapsedSeconds = Math.Round(result.Elapsed.TotalSeconds, 6),
        };
}
