using System.Text.Json;
using System.Text.Json.Serialization;
using Kcopyd.Actors.Journaling;

namespace Kcopyd.Cli.Reporting;

/// <summary>A job in <c>kcopyd jobs --json</c>. Names and units are a contract with programs.</summary>
/// <param name="Job">Its name.</param>
/// <param name="State"><c>running</c>, <c>interrupted</c>, <c>failed</c>, <c>blocked</c>, <c>completed</c> or
/// <c>completedWithErrors</c>.</param>
internal sealed record JobReport(string Job, string State)
{
    public string Reason { get; init; } = string.Empty;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Kind { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RegionReport? Source { get; init; }

    public long Sectors { get; init; }

    public long TotalBytes { get; init; }

    public required IReadOnlyList<JobTargetReport> Targets { get; init; }

    public double BytesPerSecond { get; init; }

    public long FailureCount { get; init; }

    public long ZeroedBytes { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Runner { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The list as one JSON array.</summary>
    internal static string Serialize(IReadOnlyList<JobSummary> jobs) =>
        JsonSerializer.Serialize([.. jobs.Select(Of)], ReportJson.Plain.JobReportArray);

    /// <summary>What is told of one.</summary>
    internal static JobReport Of(JobSummary job) => new(
        job.Id.Value, job.IsRunning ? "running" : ReportJson.Word(job.Standing))
    {
        Reason = job.Reason,
        Kind = job.Description is { } about ? ReportJson.Word(about.Kind) : null,
        Source = job.Description?.Source is { } source ? new RegionReport(source.Uri, source.FirstSector) : null,
        Sectors = job.Description?.SectorCount ?? 0,
        TotalBytes = job.TotalBytes,
        Targets = [.. job.Targets.Select((target, i) => JobTargetReport.Of(job, target, i))],
        BytesPerSecond = Math.Round(job.BytesPerSecond),
        FailureCount = job.FailureCount,
        ZeroedBytes = job.ZeroedBytes,
        Runner = job.Runner,
        CreatedAt = job.CreatedAt,
        UpdatedAt = job.UpdatedAt,
    };
}
