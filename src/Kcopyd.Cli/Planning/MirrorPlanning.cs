using System.Collections.Immutable;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Planning;

/// <summary>Refuses what cannot be a mirror, from descriptions of its devices: nothing is opened.</summary>
internal static class MirrorPlanning
{
    /// <summary>Looks at the devices of a mirror, the legs first and then the log.</summary>
    /// <exception cref="DeviceException">One cannot be looked at.</exception>
    internal static async Task<ImmutableArray<BlockDeviceDescription>> DescribeAsync(
        IBlockDeviceOpener opener, MirrorOrder order, CancellationToken cancellationToken)
    {
        var devices = ImmutableArray.CreateBuilder<BlockDeviceDescription>();
        foreach (var uri in order.Table.Legs.Select(leg => leg.Device).Concat(LogOf(order)))
        {
            devices.Add(await opener.DescribeAsync(uri, cancellationToken).ConfigureAwait(false));
        }

        return devices.ToImmutable();
    }

    /// <summary>Refuses a missing device that cannot or must not be created.</summary>
    /// <exception cref="RefusedException">One is.</exception>
    internal static void RefuseUncreatable(MirrorOrder order, ImmutableArray<BlockDeviceDescription> devices)
    {
        for (var i = 0; i < devices.Length; i++)
        {
            var device = devices[i];
            if (device.Exists)
            {
                continue;
            }

            if (DevicePath.IsUnderDev(device.Uri))
            {
                throw new RefusedException($"there is no device {device.Uri}, and a file is not created under /dev");
            }

            if (i < order.Table.Legs.Length && order.SizeBytes is null)
            {
                throw new RefusedException(
                    $"{device.Uri}: no such file or device; --size creates a missing leg as a file");
            }
        }
    }

    /// <summary>Refuses devices that share storage: two legs, or a leg and the log.</summary>
    /// <exception cref="RefusedException">Two do.</exception>
    internal static void RefuseOverlap(MirrorOrder order, ImmutableArray<BlockDeviceDescription> devices)
    {
        for (var second = 1; second < devices.Length; second++)
        {
            for (var first = 0; first < second; first++)
            {
                if (StorageOverlap.AreOne(
                    devices[first], RangeOf(order, first), devices[second], RangeOf(order, second)))
                {
                    throw new RefusedException(
                        $"{NameOf(order, first)} {devices[first].Uri} and {NameOf(order, second)} "
                        + $"{devices[second].Uri} are the same storage");
                }
            }
        }
    }

    private static SectorRange RangeOf(MirrorOrder order, int device) => device < order.Table.Legs.Length
        ? SectorRange.Create(order.Table.Legs[device].Offset, order.Table.Length)
        : SectorRange.Create(0, Sectors.FromBytes(Actors.Mirrors.DirtyLogDevice.SizeOf(order.Table, Sectors.Size)));

    private static string NameOf(MirrorOrder order, int device) =>
        device < order.Table.Legs.Length ? "the leg" : "the log";

    private static IEnumerable<string> LogOf(MirrorOrder order) =>
        order.Table.Log.Device is { } log ? [log] : [];
}
