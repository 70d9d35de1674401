using Kcopyd.Core;

namespace Kcopyd.Devices;

/// <summary>Size, block sizes and abilities of a device.</summary>
/// <param name="LengthBytes">Size in bytes; need not be a multiple of a sector (a file).</param>
/// <param name="LogicalBlockSize">What positions and lengths are multiples of, in bytes; 1 where there is no such
/// rule. With <see cref="BlockDeviceAbilities.ByteGranular"/> lengths need not be.</param>
/// <param name="PhysicalBlockSize">What the device writes in one piece, in bytes; a hint.</param>
/// <param name="IsReadOnly">Whether writes are refused.</param>
/// <param name="Abilities">What it supports beyond reading.</param>
public sealed record BlockDeviceGeometry(
    long LengthBytes,
    int LogicalBlockSize,
    int PhysicalBlockSize,
    bool IsReadOnly,
    BlockDeviceAbilities Abilities)
{
    /// <summary>Size in sectors; a partial last sector counts as one.</summary>
    public long LengthSectors => Sectors.FromBytes(LengthBytes);

    /// <summary>Whether all of <paramref name="abilities"/> are supported.</summary>
    public bool Can(BlockDeviceAbilities abilities) => (Abilities & abilities) == abilities;
}
