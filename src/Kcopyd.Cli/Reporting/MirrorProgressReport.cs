namespace Kcopyd.Cli.Reporting;

/// <summary>A line of <c>--progress json</c> about a mirror. Names and units are a contract with programs.</summary>
internal sealed record MirrorProgressReport(string Status, long TotalBytes, long DoneBytes)
{
    public double Percent { get; init; }

    public double BytesPerSecond { get; init; }

    public double? RemainingSeconds { get; init; }

    public long Regions { get; init; }

    public long RegionsDone { get; init; }

    public long RegionsRecovered { get; init; }

    internal static MirrorProgressReport Of(MirrorProgress progress) =>
        new(progress.IsOver ? "ended" : "running", progress.TotalBytes, progress.DoneBytes)
        {
            Percent = Math.Round(progress.Fraction * 100, 2),
            BytesPerSecond = Math.Round(progress.BytesPerSecond),
            RemainingSeconds = progress.Remaining is { } remaining ? Math.Round(remaining.TotalSeconds, 1) : null,
            Regions = progress.Regions,
            RegionsDone = progress.Done,
            RegionsRecovered = progress.Recovered,
        };
}
