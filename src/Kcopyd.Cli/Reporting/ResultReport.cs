using System.Text.Json.Serialization;
using Kcopyd.Actors.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>What <c>--json</c> prints. Names and units are a contract with programs.</summary>
internal sealed record ResultReport(string Job, string State, long Sectors)
{
    public long BytesRead { get; init; }

    public bool ReadError { get; init; }

    public ulong WriteErrors { get; init; }

    public long FailureCount { get; init; }

    public required IReadOnlyList<FailureReport> Failures { get; init; }

    public required IReadOnlyList<RangeReport> ZeroedRanges { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Digest { get; init; }

    public double ElapsedSeconds { get; init; }

    public required IReadOnlyList<TargetReport> Targets { get; init; }

    /// <summary>Whether the job is in the journal under its name.</summary>
    public bool Journaled { get; init; }

    /// <summary>Why the job or a target of it began afresh, a line each.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    internal static ResultReport Of(TransferOutcome outcome) => Of(outcome.Completed) with
    {
        Journaled = outcome.IsJournaled,
        Notices = outcome.Notices,
    };

    internal static ResultReport Of(CopyCompleted completed) => new(
        completed.Job.Value, ReportJson.Word(completed.Outcome), completed.Sectors)
    {
        Notices = [],
        BytesRead = completed.BytesRead,
        ReadError = completed.ReadError,
        WriteErrors = completed.WriteErrors,
        FailureCount = completed.FailureCount,
        Failures = [.. completed.Details.Select(FailureReport.Of)],
        ZeroedRanges = [.. completed.ZeroedRanges.Select(RangeReport.Of)],
        Digest = DigestText.Format(completed.Digest),
        ElapsedSeconds = Math.Round(completed.Elapsed.TotalSeconds, 6),
        Targets = [.. completed.Targets.Select(target => new TargetReport(
            target.Uri, target.BytesWritten, target.BytesFlushed, ReportJson.Word(target.State))
        {
            BytesKept = target.BytesKept,
        })],
    };
}
