using Akka.Actor;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Makes the log that a table asks for.</summary>
internal static class RegionLogs
{
    public static IRegionLog Create(
        ActorSystem system, MirrorTable table, IBlockDevice? device, MirrorOptions options) => table.Log.Kind switch
        {
            MirrorLogKind.Core => new CoreRegionLog(table),
            MirrorLogKind.Disk => new DiskRegionLog(device!, table, options.LogTrust),
            _ => throw new NotSupportedException(system.Name),
        };
}
