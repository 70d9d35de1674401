using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>What a device was asked to do, without the buffer.</summary>
/// <param name="Operation">The kind of request.</param>
/// <param name="Offset">The first byte; 0 for a flush and a confirmation.</param>
/// <param name="Length">How many bytes; 0 for a flush and a confirmation.</param>
public readonly record struct DeviceRequest(DeviceOperation Operation, long Offset, long Length)
{
    /// <summary>The write epoch: of a flush the one that it names, of everything else the device's at the
    /// time.</summary>
    public long WriteEpoch { get; init; }

    /// <summary>How durable a write was asked to be.</summary>
    public WriteDurability Durability { get; init; }

    /// <summary>The sectors that any byte of the request lies in.</summary>
    public SectorRange Range => SectorRange.Between(Offset / Sectors.Size, Sectors.FromBytes(Offset + Length));

    /// <summary>As <c>Write 8+16</c>, in sectors.</summary>
    public override string ToString() => Length == 0 ? $"{Operation}" : $"{Operation} {Range}";
}
