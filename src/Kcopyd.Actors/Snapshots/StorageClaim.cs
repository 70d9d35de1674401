using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Storage that a device of an origin or a snapshot takes for itself.</summary>
/// <param name="Device">The name of the device.</param>
/// <param name="Extents">Where its bytes live.</param>
internal sealed record StorageClaim(string Device, IReadOnlyList<StorageExtent> Extents)
{
    /// <summary>All of a device, or its beginning.</summary>
    public static StorageClaim Of(IBlockDevice device, long length) =>
        new(device.Identity.Uri, device.Locate(0, Math.Min(length, device.Geometry.LengthBytes)));

    /// <summary>Refuses a claim that shares storage with others: what is written to one would change the
    /// other.</summary>
    /// <exception cref="DeviceException">It does.</exception>
    public static void Check(StorageClaim claim, IEnumerable<StorageClaim> others)
    {
        foreach (var other in others)
        {
            if (other.Extents.Any(extent => claim.Extents.Any(extent.Overlaps)))
            {
                throw new DeviceException(
                    claim.Device,
                    DeviceOperation.Open,
                    DeviceErrorKind.InvalidRequest,
                    $"it and {other.Device} share storage");
            }
        }
    }
}
