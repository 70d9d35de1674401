using Kcopyd.Core.Copying;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Journaling;

/// <summary>What journaling logs. Ids 1100 to 1199, never reused.</summary>
internal static partial class JournalLog
{
    [LoggerMessage(1100, LogLevel.Warning, "{Job} lost its journal and rests until it is back: {Reason}")]
    public static partial void JournalLost(ILogger logger, CopyJobId job, string reason);

    [LoggerMessage(1101, LogLevel.Warning, "The end of {Job} was not journaled: {Reason}")]
    public static partial void EndNotJournaled(ILogger logger, CopyJobId job, string reason);

    [LoggerMessage(1102, LogLevel.Information, "{Job} began target {Target} afresh: {Reason}")]
    public static partial void BeganAfresh(ILogger logger, CopyJobId job, int target, string reason);

    [LoggerMessage(1103, LogLevel.Information, "{Job} was resumed: {Sectors} sectors are left")]
    public static partial void Resumed(ILogger logger, CopyJobId job, long sectors);

    [LoggerMessage(1104, LogLevel.Information, "{Job} was taken up again at the start")]
    public static partial void ResumedAtStart(ILogger logger, CopyJobId job);

    [LoggerMessage(1105, LogLevel.Warning, "{Job} was not resumed at the start: {Reason}")]
    public static partial void NotResumedAtStart(ILogger logger, CopyJobId job, string reason);

    [LoggerMessage(1106, LogLevel.Error, "The jobs of the journal were not resumed at the start: {Reason}")]
    public static partial void JobsNotListed(ILogger logger, string reason);

    [LoggerMessage(1107, LogLevel.Information, "Jobs that were taken up at the start: {Resumed}, left: {Left}")]
    public static partial void StartIsOver(ILogger logger, int resumed, int left);
}
