using Kcopyd.Cli.Reporting;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Planning;

/// <summary>Refuses devices that no command about mirrors or snapshots takes, from descriptions: nothing is
/// opened.</summary>
internal static class DeviceRefusals
{
    /// <summary>Refuses a device that is missing.</summary>
    /// <exception cref="RefusedException">One is.</exception>
    internal static void RefuseMissing(params IEnumerable<BlockDeviceDescription> devices)
    {
        if (devices.FirstOrDefault(device => !device.Exists) is { } missing)
        {
            throw new RefusedException($"{missing.Uri}: no such file or device");
        }
    }

    /// <summary>Refuses a device that a mounted file system is on, by whatever name it is mounted.</summary>
    /// <exception cref="RefusedException">One is mounted.</exception>
    internal static async Task RefuseMountedAsync(
        IBlockDeviceOpener opener,
        IReadOnlyCollection<BlockDeviceDescription> devices,
        CancellationToken cancellationToken)
    {
        if (await FindMountedAsync(opener, devices, cancellationToken).ConfigureAwait(false) is { } mounted)
        {
            throw new RefusedException(mounted);
        }
    }

    /// <summary>Warns of a mounted device that is only read: what is told of it may be old already.</summary>
    /// <param name="opener">What looks at devices.</param>
    /// <param name="devices">The devices.</param>
    /// <param name="meaning">What that means for what is done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal static async Task WarnOfMountedAsync(
        IBlockDeviceOpener opener,
        IReadOnlyCollection<BlockDeviceDescription> devices,
        string meaning,
        CancellationToken cancellationToken)
    {
        if (await FindMountedAsync(opener, devices, cancellationToken).ConfigureAwait(false) is { } mounted)
        {
            Speech.Complain($"{mounted}: {meaning}");
        }
    }

    /// <summary>Refuses a device that swallows what is written to it.</summary>
    /// <exception cref="RefusedException">One does.</exception>
    internal static void RefuseNowhere(params IEnumerable<BlockDeviceDescription> devices)
    {
        if (devices.FirstOrDefault(device => device is { Exists: true, LengthBytes: > 0, Storage: [] }) is { } nowhere)
        {
            throw new RefusedException($"{nowhere.Uri} keeps nothing of what is written to it");
        }
    }

    /// <summary>Looks at a device; null where it cannot be looked at from here: then nothing can be said of
    /// it.</summary>
    internal static async Task<BlockDeviceDescription?> TryDescribeAsync(
        IBlockDeviceOpener opener, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await opener.DescribeAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (DeviceException)
        {
            return null;
        }
    }

    /// <summary>Which of the devices is mounted and where, as a clause; null: none.</summary>
    private static async Task<string?> FindMountedAsync(
        IBlockDeviceOpener opener,
        IReadOnlyCollection<BlockDeviceDescription> devices,
        CancellationToken cancellationToken)
    {
        foreach (var (name, point) in MountTable.Mounts())
        {
            var mounted = await TryDescribeAsync(opener, name, cancellationToken).ConfigureAwait(false);
            var same = devices.FirstOrDefault(device =>
                device.Storage.Any(one => mounted?.Storage.Any(one.Overlaps) == true));
            if (same is not null)
            {
                return $"{same.Uri} is mounted at {point}";
            }
        }

        return null;
    }
}
