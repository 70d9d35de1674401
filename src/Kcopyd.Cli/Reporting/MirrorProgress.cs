using System.Text.Json;

namespace Kcopyd.Cli.Reporting;

/// <summary>Where a synchronisation or a comparison of legs is.</summary>
/// <param name="Regions">How many the mirror has.</param>
/// <param name="Done">How many are in sync, or compared.</param>
/// <param name="TotalBytes">The length of the mirror.</param>
/// <param name="DoneBytes">What the regions that are done hold.</param>
internal sealed record MirrorProgress(long Regions, long Done, long TotalBytes, long DoneBytes) : IWorkProgress
{
    public string Name => "mirror";

    public double Fraction => (double)DoneBytes / TotalBytes;

    public string Amount => BytePace.Words(DoneBytes, TotalBytes, BytesPerSecond, IsOver ? null : Remaining);

    /// <summary>Regions that this run copied.</summary>
    internal long Recovered { get; init; }

    internal double BytesPerSecond { get; init; }

    /// <summary>Null where there is no rate yet.</summary>
    internal TimeSpan? Remaining { get; init; }

    /// <summary>Whether this is the last.</summary>
    internal bool IsOver { get; init; }

    public string ToJson() =>
        JsonSerializer.Serialize(MirrorProgressReport.Of(this), ReportJson.Plain.MirrorProgressReport);
}
