using System.Diagnostics;

namespace Kcopyd.Core.Mirrors;

/// <summary>The words of a mirror's table, whose case matters.</summary>
internal static class MirrorTableWords
{
    public const string Target = "mirror";
    public const string Core = "core";
    public const string Disk = "disk";
    public const string Journal = "journal";
    public const string Sync = "sync";
    public const string NoSync = "nosync";
    public const string HandleErrors = "handle_errors";
    public const string KeepLog = "keep_log";

    /// <summary>The word of a log type.</summary>
    public static string Of(MirrorLogKind kind) => kind switch
    {
        MirrorLogKind.Core => Core,
        MirrorLogKind.Disk => Disk,
        MirrorLogKind.Journal => Journal,
        _ => throw new UnreachableException($"{kind}"),
    };
}
