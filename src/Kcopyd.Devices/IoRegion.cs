using Kcopyd.Core;

namespace Kcopyd.Devices;

/// <summary>A range of a device: kcopyd's io_region.</summary>
/// <param name="Device">The device.</param>
/// <param name="Range">First sector and sector count.</param>
public sealed record IoRegion(IBlockDevice Device, SectorRange Range)
{
    /// <summary>The whole device; a partial last sector counts as one.</summary>
    public static IoRegion Whole(IBlockDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new IoRegion(device, SectorRange.Create(0, device.Geometry.LengthSectors));
    }
}
