namespace Kcopyd.Devices;

/// <summary>One device's part of a linear device, in bytes.</summary>
/// <param name="Device">The device.</param>
/// <param name="Start">The part's first byte in the linear device.</param>
/// <param name="DeviceStart">Its first byte in the device.</param>
/// <param name="Length">How many bytes; an odd number only in the last part.</param>
internal readonly record struct LinearPart(IBlockDevice Device, long Start, long DeviceStart, long Length)
{
    internal long End => Start + Length;
}
