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
        foreach (var (name, point) in MountTable.Mounts())
        {
            var mounted = await TryDescribeAsync(opener, name, cancellationToken).ConfigureAwait(false);
            var same = devices.FirstOrDefault(device =>
                device.Storage.Any(one => mounted?.Storage.Any(one.Overlaps) == true));
            if (same is not null)
            {
                throw new RefusedException($"{same.Uri} is mounted at {point}");
            }
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
}
