namespace Kcopyd.Cli.Reporting;

/// <summary>A line of <c>--progress json</c> about a merge. Names and units are a contract with programs.</summary>
internal sealed record MergeProgressReport(string Status, long TotalBytes, long DoneBytes)
{
    public double Percent { get; init; }

    public double BytesPerSecond { get; init; }

    public double? RemainingSeconds { get; init; }

    public long Exceptions { get; init; }

    public long ExceptionsMerged { get; init; }

    internal static MergeProgressReport Of(MergeProgress progress) =>
        new(progress.IsOver ? "ended" : "running", progress.TotalBytes, progress.DoneBytes)
        {
            Percent = Math.Round(progress.Fraction * 100, 2),
            BytesPerSecond = Math.Round(progress.BytesPerSecond),
            RemainingSeconds = progress.Remaining is { } remaining ? Math.Round(remaining.TotalSeconds, 1) : null,
            Exceptions = progress.Exceptions,
            ExceptionsMerged = progress.Merged,
        };
}
