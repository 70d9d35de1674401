using Kcopyd.Cli.Requests;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Reporting;

/// <summary>What <c>mirror status --json</c> and <c>mirror create --json</c> print.</summary>
/// <param name="Status">The status line.</param>
/// <param name="Table">The table line.</param>
internal sealed record MirrorStatusReport(string Status, string Table)
{
    public long Regions { get; init; }

    public long InSync { get; init; }

    public required IReadOnlyList<MirrorLegReport> Legs { get; init; }

    public required IReadOnlyList<MirrorFailureReport> Failures { get; init; }

    internal static MirrorStatusReport Of(MirrorOrder order, MirrorView view) =>
        new(view.Status.ToStatusLine(order.Table), order.Table.ToTableLine())
        {
            Regions = view.Status.Total,
            InSync = view.Status.InSync,
            Legs = [.. order.Table.Legs.Zip(
                view.Status.Legs,
                (spec, leg) => new MirrorLegReport(spec.Device, spec.Offset, $"{leg.Health.Letter}"))],
            Failures = [.. view.Failures.Select(MirrorFailureReport.Of)],
        };
}
