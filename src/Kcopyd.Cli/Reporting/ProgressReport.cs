using System.Text.Json.Serialization;
using Kcopyd.Actors.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>A line of <c>--progress json</c>. Names and units are a contract with programs.</summary>
internal sealed record ProgressReport(string Job, string Status, long TotalBytes, long DoneBytes)
{
    public double Percent { get; init; }

    public long ReadBytes { get; init; }

    public double BytesPerSecond { get; init; }

    public double? RemainingSeconds { get; init; }

    public long FailureCount { get; init; }

    /// <summary>Why a journaled job writes nothing for now; null while it may.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HoldReason { get; init; }

    public required IReadOnlyList<TargetReport> Targets { get; init; }

    internal static ProgressReport Of(CopyProgress progress) => new(
        progress.Job.Value, ReportJson.Word(progress.Status), progress.Total.Value, progress.Done.Value)
    {
        Percent = Math.Round(progress.Fraction * 100, 2),
        ReadBytes = progress.Read.Value,
        BytesPerSecond = Math.Round(progress.BytesPerSecond),
        RemainingSeconds = progress.Remaining is { } remaining ? Math.Round(remaining.TotalSeconds, 1) : null,
        FailureCount = progress.FailureCount,
        HoldReason = progress.HoldReason,
        Targets = [.. progress.Targets.Select(target => new TargetReport(
            target.Uri, target.Written.Value, target.Flushed.Value, ReportJson.Word(target.State))
        {
            BytesKept = target.Kept.Value,
            BytesJournaled = target.Journaled.Value > 0 ? target.Journaled.Value : null,
        })],
    };
}
