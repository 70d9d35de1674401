using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Bytes of segments on devices whose length is no multiple of a sector.</summary>
internal static class SegmentGeometry
{
    /// <summary>The bytes of a range that a device has.</summary>
    public static int ValidBytes(IBlockDevice device, SectorRange range) =>
        (int)Math.Max(0, Math.Min(range.CountBytes, device.Geometry.LengthBytes - range.StartBytes));

    /// <summary>How many bytes to write to a target for what was read from a source.</summary>
    /// <param name="target">The target.</param>
    /// <param name="range">The segment's sectors on the target.</param>
    /// <param name="validBytes">The bytes that the source has.</param>
    /// <returns> Just those, if the target takes any number of bytes or ends there too, so that a copy of a file is
    /// byte-exact and what follows in a longer file stays; else whole sectors, padded with zeros. </returns>
    public static int WriteBytes(IBlockDevice target, SectorRange range, int validBytes) =>
        target.Geometry.Can(BlockDeviceAbilities.ByteGranular)
            ? validBytes
            : (int)Math.Min(range.CountBytes, target.Geometry.LengthBytes - range.StartBytes);
}
