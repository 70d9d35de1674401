using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>What the disks of a mirror hold, looked at past the mirror.</summary>
internal static class MirrorImages
{
    /// <summary>All of a disk.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="isDurable">What is durable, not what a reader sees.</param>
    public static byte[] Read(CrashingDisk disk, bool isDurable)
    {
        var bytes = new byte[disk.Length.Value];
        if (isDurable)
        {
            disk.ReadDurable(0, bytes);
        }
        else
        {
            disk.Read(0, bytes);
        }

        return bytes;
    }

    /// <summary>What is durable on a leg, from the mirror's first byte on.</summary>
    public static byte[] OfLeg(CrashingDisk disk, MirrorTable table, MirrorLegSpec leg) =>
        Read(disk, isDurable: true)
            .AsSpan((int)Sectors.ToBytes(leg.Offset), (int)Sectors.ToBytes(table.Length))
            .ToArray();

    /// <summary>The regions that two legs hold otherwise.</summary>
    public static IEnumerable<int> DifferingRegions(int regionSectors, byte[] left, byte[] right)
    {
        var size = regionSectors * Sectors.Size;
        for (var region = 0; region * size < left.Length; region++)
        {
            var length = Math.Min(size, left.Length - (region * size));
            if (!left.AsSpan(region * size, length).SequenceEqual(right.AsSpan(region * size, length)))
            {
                yield return region;
            }
        }
    }

    /// <summary>The regions that are clean in a log. One in memory, null, has none, or all at the end of a mirror that
    /// is in sync.</summary>
    public static RegionBits CleanInLog(CrashingDisk? log, MirrorGeometry geometry, bool isDurable)
    {
        if (log is null)
        {
            var bits = new RegionBits(geometry.RegionCount);
            if (!isDurable)
            {
                bits.SetAll();
            }

            return bits;
        }

        var size = (int)DirtyLogImage.SizeOf(geometry.RegionCount, Sectors.Size);
        var bytes = Read(log, isDurable)[..size];
        return DirtyLogImage.Resume(bytes, geometry.RegionCount, MirrorSync.Default, Sectors.Size).Bits;
    }
}
