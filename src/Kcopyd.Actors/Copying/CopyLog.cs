using Kcopyd.Core.Copying;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Copying;

/// <summary>What the copy engine logs. Ids 1000 to 1099, never reused.</summary>
internal static partial class CopyLog
{
    [LoggerMessage(1000, LogLevel.Debug, "{Job} was accepted: {Kind} of {Sectors} sectors to {Targets} targets")]
    public static partial void JobAccepted(ILogger logger, CopyJobId job, CopyJobKind kind, long sectors, int targets);

    [LoggerMessage(1001, LogLevel.Information, "A request was rejected: {Reason}")]
    public static partial void JobRejected(ILogger logger, string reason);

    [LoggerMessage(1002, LogLevel.Debug, "{Job} ended as {Outcome} after {Elapsed}")]
    public static partial void JobEnded(ILogger logger, CopyJobId job, CopyOutcome outcome, TimeSpan elapsed);

    [LoggerMessage(1003, LogLevel.Warning, "{Job} stalled with {InFlight} segments in flight")]
    public static partial void JobStalled(ILogger logger, CopyJobId job, int inFlight);

    [LoggerMessage(1004, LogLevel.Warning, "{Job} lost the work on segment {Index}, attempt {Attempt}")]
    public static partial void WorkerLost(ILogger logger, CopyJobId job, long index, int attempt);

    [LoggerMessage(1005, LogLevel.Warning, "{Job} could not write to target {Target}: {Reason}")]
    public static partial void WriteFailed(ILogger logger, CopyJobId job, int target, string reason);

    [LoggerMessage(1006, LogLevel.Error, "{Job} crashed and was reported as failed")]
    public static partial void JobCrashed(ILogger logger, CopyJobId job);

    [LoggerMessage(1007, LogLevel.Error, "A completion callback of {Job} failed")]
    public static partial void CallbackFailed(ILogger logger, Exception cause, CopyJobId job);

    [LoggerMessage(1008, LogLevel.Warning, "Disposal gave up waiting for {Jobs} jobs")]
    public static partial void ShutdownTimedOut(ILogger logger, int jobs);
}
