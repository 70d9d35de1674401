using System.Globalization;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;

namespace Kcopyd.Cli.Reporting;

/// <summary>A job of a journal in words. Pure.</summary>
internal static class JobText
{
    /// <summary>How it stands.</summary>
    internal static string State(JobSummary job) => job switch
    {
        { IsRunning: true } => "running",
        { Standing: JobStanding.CompletedWithErrors } => "completed with errors",
        _ => job.Standing.ToString().ToLowerInvariant(),
    };

    /// <summary>What of a target a resume does not copy again.</summary>
    internal static string Safe(JobSummary job, JobTargetSummary target)
    {
        var percent = job.TotalBytes == 0 ? 100 : (int)Math.Floor(100.0 * target.FlushedBytes / job.TotalBytes);
        var state = target switch
        {
            { IsDropped: true } => ", dropped",
            { HasErrors: true } => ", with errors",
            _ => string.Empty,
        };
        return $"{percent} %, {SizeText.Format(target.FlushedBytes)} of {SizeText.Format(job.TotalBytes)}{state}";
    }

    /// <summary>How fast it is; empty where it does not run.</summary>
    internal static string Rate(JobSummary job) =>
        job.BytesPerSecond >= 1 ? $"{SizeText.Format((long)job.BytesPerSecond)}/s" : string.Empty;

    /// <summary>When something last became of it, by the clock of who looks.</summary>
    internal static string Updated(JobSummary job) =>
        job.UpdatedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A region: the device, and the sector if that is not the first.</summary>
    internal static string Region(string uri, long firstSector) =>
        firstSector == 0 ? uri : $"{uri} from sector {firstSector}";
}
