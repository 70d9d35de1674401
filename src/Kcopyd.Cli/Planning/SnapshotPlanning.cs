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

    /// <summary>Refuses a COW file in a file system on the origin: what keeps the origin as it was would change it.
    /// </summary>
    /// <exception cref="RefusedException">It is in one.</exception>
    internal static async Task RefuseInsideAsync(
        IBlockDeviceOpener opener,
        BlockDeviceDescription origin,
        BlockDeviceDescription cow,
        CancellationToken cancellationToken)
    {
        var disk = MountTable.DeviceOf(RealPath.Of(DevicePath.Of(cow.Uri))) is { } device
            ? await DeviceRefusals.TryDescribeAsync(opener, device, cancellationToken).ConfigureAwait(false)
            : null;
        if (origin.Storage.Any(one => disk?.Storage.Any(one.Overlaps) == true))
        {
            throw new RefusedException(
                $"the COW device {cow.Uri} is in the file system on the origin {origin.Uri}: it has to be elsewhere");
        }
    }

    /// <summary>Warns where somebody may write a device that is read here.</summary>
    internal static Task WarnOfMountedAsync(
        IBlockDeviceOpener opener,
        BlockDeviceDescription origin,
        BlockDeviceDescription cow,
        CancellationToken cancellationToken) => DeviceRefusals.WarnOfMountedAsync(
            opener,
            [origin, cow],
            "what is written there meanwhile, the snapshot may show",
            cancellationToken);
}
