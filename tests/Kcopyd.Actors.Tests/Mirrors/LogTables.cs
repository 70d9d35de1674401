using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Mirrors for tests of their logs.</summary>
internal static class LogTables
{
    /// <summary>Sectors of a region.</summary>
    public const int RegionSize = 8;

    /// <summary>A mirror of so many regions with a disk log.</summary>
    public static MirrorTable Disk(long regions, MirrorSync sync = MirrorSync.Default) =>
        Of(regions, MirrorLogSpec.Disk("/dev/log", RegionSize, sync));

    /// <summary>A mirror of so many regions with a journal log.</summary>
    public static MirrorTable Journal(
        long regions, MirrorSync sync = MirrorSync.Default, long regionSize = RegionSize, string name = "one") =>
        Of(regions * regionSize / RegionSize, MirrorLogSpec.Journal(name, regionSize, sync));

    /// <summary>A mirror of so many regions of 8 sectors with a log.</summary>
    public static MirrorTable Of(long regions, MirrorLogSpec log) => new(
        0,
        regions * RegionSize,
        log,
        [new MirrorLegSpec("/dev/a", 0), new MirrorLegSpec("/dev/b", 0)],
        MirrorFeatures.None);

    /// <summary>A commit that marks and cleans regions.</summary>
    public static LogCommit Commit(IReadOnlyList<long> marked, IReadOnlyList<long> cleaned) => new(
        1,
        [.. marked.Select(region => new RegionRun(region, region))],
        [.. cleaned.Select(region => new RegionRun(region, region))]);

    /// <summary>The regions that are clean.</summary>
    public static IReadOnlyList<long> Clean(RegionBits bits)
    {
        var clean = new List<long>();
        for (var region = bits.NextSet(0); region >= 0; region = bits.NextSet(region + 1))
        {
            clean.Add(region);
        }

        return clean;
    }

    /// <summary>Regions from one to another.</summary>
    public static IReadOnlyList<long> Range(long first, long end)
    {
        var regions = new List<long>();
        for (var region = first; region < end; region++)
        {
            regions.Add(region);
        }

        return regions;
    }

    /// <summary>What a device holds from its beginning.</summary>
    public static async Task<byte[]> ReadAsync(IBlockDevice device, int length)
    {
        var bytes = new byte[length];
        await device.ReadAsync(0, bytes, CancellationToken.None);
        return bytes;
    }

    /// <summary>Puts bytes on a device.</summary>
    public static async Task WriteAsync(IBlockDevice device, long offset, byte[] bytes) =>
        await device.WriteAsync(offset, bytes, WriteDurability.Durable, CancellationToken.None);
}
