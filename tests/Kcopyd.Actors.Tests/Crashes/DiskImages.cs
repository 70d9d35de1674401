using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Crashes;

/// <summary>What disks hold, past everything that uses them.</summary>
internal static class DiskImages
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

    /// <summary>Makes a disk durably hold one image, and readers see another.</summary>
    public static async Task WriteAsync(CrashingDisk disk, byte[] durable, byte[] seen)
    {
        var device = disk.Open();
        await device.WriteAsync(0, durable, WriteDurability.Durable, default).ConfigureAwait(false);
        for (var start = 0; start < seen.Length; start += Sectors.Size)
        {
            var sector = seen.AsMemory(start, Sectors.Size);
            if (!sector.Span.SequenceEqual(durable.AsSpan(start, Sectors.Size)))
            {
                await device.WriteAsync(start, sector, WriteDurability.Cached, default).ConfigureAwait(false);
            }
        }

        await device.DisposeAsync().ConfigureAwait(false);
    }
}
