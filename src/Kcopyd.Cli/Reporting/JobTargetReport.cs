using Kcopyd.Actors.Journaling;

namespace Kcopyd.Cli.Reporting;

/// <summary>A target of a job in <c>kcopyd jobs --json</c>.</summary>
/// <param name="Uri">The device.</param>
/// <param name="Sector">The first sector written.</param>
/// <param name="BytesSafe">Bytes that a resume does not copy again.</param>
/// <param name="State"><c>good</c>, <c>failed</c> or <c>dropped</c>.</param>
internal sealed record JobTargetReport(string Uri, long Sector, long BytesSafe, string State)
{
    internal static JobTargetReport Of(JobSummary job, JobTargetSummary target, int index) => new(
        target.Uri,
        job.Description!.Targets[index].FirstSector,
        target.FlushedBytes,
        target switch { { IsDropped: true } => "dropped", { HasErrors: true } => "failed", _ => "good" });
}
