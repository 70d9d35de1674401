using System.Text.Json;

namespace Kcopyd.Cli.Reporting;

/// <summary>Where a merge is.</summary>
/// <param name="Exceptions">How many there were when it began.</param>
/// <param name="Merged">How many are merged since.</param>
/// <param name="TotalBytes">What all of them hold.</param>
/// <param name="DoneBytes">What those hold that are merged.</param>
internal sealed record MergeProgress(long Exceptions, long Merged, long TotalBytes, long DoneBytes) : IWorkProgress
{
    public string Name => "merge";

    public double Fraction => TotalBytes == 0 ? 1 : (double)DoneBytes / TotalBytes;

    public string Amount => BytePace.Words(DoneBytes, TotalBytes, BytesPerSecond, IsOver ? null : Remaining);

    internal double BytesPerSecond { get; init; }

    /// <summary>Null where there is no rate yet.</summary>
    internal TimeSpan? Remaining { get; init; }

    /// <summary>Whether this is the last.</summary>
    internal bool IsOver { get; init; }

    public string ToJson() =>
        JsonSerializer.Serialize(MergeProgressReport.Of(this), ReportJson.Plain.MergeProgressReport);
}
