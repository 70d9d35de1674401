namespace Kcopyd.Devices;

/// <summary>What a device supports beyond reading.</summary>
[Flags]
public enum BlockDeviceAbilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The device has a command of its own for zeros, faster than writing them.</summary>
    WriteZeroes = 1,

    /// <summary>The device takes discards.</summary>
    Discard = 2,

    /// <summary>The device tells data from holes.</summary>
    BlockStatus = 4,

    /// <summary>
    /// A request may end at any byte, so a partial last sector need not be padded, and what follows it stays.
    /// <see cref="BlockDeviceGeometry.LogicalBlockSize"/> still says where it must begin.
    /// </summary>
    ByteGranular = 8,
}
