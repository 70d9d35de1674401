using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Planning;

/// <summary>Refuses what cannot be a snapshot, from descriptions of its devices: nothing is opened.</summary>
internal static class SnapshotPlanning
{
    /// <summary>Looks at the devices of a snapshot.</summary>
    /// <exception cref="DeviceException">One cannot be looked at.</exception>
    internal static async Task<(BlockDeviceDescription Origin, BlockDeviceDescription Cow)> DescribeAsync(
        IBlockDeviceOpener opener, SnapshotOrder order, CancellationToken cancellationToken) =>
        (await opener.DescribeAsync(order.Table.Origin, cancellationToken).ConfigureAwait(false),
            await opener.DescribeAsync(order.Cow, cancellationToken).ConfigureAwait(false));

    /// <summary>Refuses a missing COW device that cannot or must not be created.</summary>
    /// <exception cref="RefusedException">It is.</exception>
    internal static void RefuseUncreatable(SnapshotOrder order, BlockDeviceDescription cow)
    {
        if (cow.Exists)
        {
            return;
        }

        if (DevicePath.IsUnderDev(cow.Uri))
        {
            throw new RefusedException($"there is no device {cow.Uri}, and a file is not created under /dev");
        }

        if (order.SizeBytes is null)
        {
            throw new RefusedException(
                $"{cow.Uri}: no such file or device; --size creates a missing COW device as a file");
        }
    }

    /// <summary>Refuses an origin and a COW device that share storage.</summary>
    /// <exception cref="RefusedException">They do.</exception>
    internal static void RefuseOverlap(SnapshotOrder order, BlockDeviceDescription origin, BlockDeviceDescription cow)
    {
        var read = SectorRange.Create(0, order.Table.Length);
        var kept = SectorRange.Create(0, Sectors.FromBytes(cow.LengthBytes));
        if (StorageOverlap.AreOne(origin, read, cow, kept))
        {
            throw new RefusedException($"the origin {origin.Uri} and the COW device {cow.Uri} are the same storage");
        }
    }
}
