using Kcopyd.Core.Mirrors;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Mirrors;

/// <summary>What mirrors log. Ids 1200 to 1299, never reused.</summary>
internal static partial class MirrorLog
{
    [LoggerMessage(1200, LogLevel.Warning, "{Mirror}: {Notice}")]
    public static partial void Noticed(ILogger logger, string mirror, MirrorNotice notice);

    [LoggerMessage(1201, LogLevel.Warning, "{Mirror}: leg {Leg} failed: {Reason}")]
    public static partial void LegFailed(ILogger logger, string mirror, int leg, string reason);

    [LoggerMessage(1202, LogLevel.Error, "{Mirror}: the log failed: {Reason}")]
    public static partial void LogFailed(ILogger logger, string mirror, string reason);

    [LoggerMessage(1203, LogLevel.Warning, "{Mirror}: {Work} failed: {Reason}")]
    public static partial void WorkFailed(ILogger logger, string mirror, string work, string reason);

    [LoggerMessage(1204, LogLevel.Error, "{Mirror}: the table was not saved, writes wait for it: {Reason}")]
    public static partial void TableNotSaved(ILogger logger, string mirror, string reason);

    [LoggerMessage(1205, LogLevel.Error, "{Mirror}: a callback failed")]
    public static partial void CallbackFailed(ILogger logger, Exception cause, string mirror);

    [LoggerMessage(1206, LogLevel.Debug, "{Mirror}: {Work} began")]
    public static partial void WorkStarted(ILogger logger, string mirror, string work);

    [LoggerMessage(1207, LogLevel.Information, "{Mirror} runs: {InSync} of {Regions} regions are in sync")]
    public static partial void Resumed(ILogger logger, string mirror, long inSync, long regions);

    [LoggerMessage(1208, LogLevel.Information, "{Mirror} is suspended")]
    public static partial void Suspended(ILogger logger, string mirror);
}
