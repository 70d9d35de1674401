using Kcopyd.Core.Snapshots;
using Microsoft.Extensions.Logging;

namespace Kcopyd.Actors.Snapshots;

/// <summary>What origins and snapshots log. Ids 1300 to 1399, never reused.</summary>
internal static partial class SnapshotLog
{
    [LoggerMessage(1300, LogLevel.Warning, "{Snapshot}: {Notice}")]
    public static partial void Noticed(ILogger logger, string snapshot, SnapshotNotice notice);

    [LoggerMessage(1301, LogLevel.Warning, "{Origin}: a copy failed: {Reason}")]
    public static partial void CopyFailed(ILogger logger, string origin, string reason);

    [LoggerMessage(1302, LogLevel.Warning, "{Name}: {Reason}")]
    public static partial void DeviceFailed(ILogger logger, string name, string reason);

    [LoggerMessage(1303, LogLevel.Error, "{Snapshot}: the store could not be marked invalid: {Reason}")]
    public static partial void NotMarked(ILogger logger, string snapshot, string reason);

    [LoggerMessage(1304, LogLevel.Error, "{Snapshot}: a callback failed")]
    public static partial void CallbackFailed(ILogger logger, Exception cause, string snapshot);

    [LoggerMessage(1305, LogLevel.Information, "{Snapshot} runs: {Status}")]
    public static partial void Resumed(ILogger logger, string snapshot, string status);

    [LoggerMessage(1306, LogLevel.Information, "{Snapshot} is suspended")]
    public static partial void Suspended(ILogger logger, string snapshot);
}
