namespace Kcopyd.Devices;

/// <summary>A request to a linear device.</summary>
internal readonly record struct LinearRequest(DeviceOperation Operation, long Offset, long Length)
{
    internal long End => Offset + Length;
}
