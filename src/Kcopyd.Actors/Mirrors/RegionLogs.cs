using Akka.Actor;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Makes the log that a table names.</summary>
internal static class RegionLogs
{
    /// <summary>The log of a mirror, not yet loaded.</summary>
    /// <param name="system">Where a journal log has its actor.</param>
    /// <param name="table">The mirror.</param>
    /// <param name="device">The device of a disk log, open for writing; stays the caller's. Null for other
    /// logs.</param>
    /// <param name="options">How the mirror works.</param>
    public static IRegionLog Create(
        ActorSystem system, MirrorTable table, IBlockDevice? device, MirrorOptions options) => table.Log.Kind switch
        {
            MirrorLogKind.Core => new CoreRegionLog(table),
            MirrorLogKind.Disk => new DiskRegionLog(
                device ?? throw new ArgumentNullException(nameof(device)), table, options.LogTrust),
            MirrorLogKind.Journal => new JournalRegionLog(
                system, table, options.LogTrust, options.Journal ?? new JournalOptions()),
            _ => throw new ArgumentOutOfRangeException(nameof(table), table.Log.Kind, "A log is of a known kind."),
        };
}
