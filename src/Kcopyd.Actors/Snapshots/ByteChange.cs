using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>A change that a caller asks for.</summary>
internal readonly record struct ByteChange(
    DeviceOperation Operation, long Offset, long Length, ReadOnlyMemory<byte> Data, WriteDurability Durability)
{
    /// <summary>A part of it.</summary>
    public ByteChange Part(long offset, long length) => this with
    {
        Offset = offset,
        Length = length,
        Data = Data.IsEmpty ? Data : Data.Slice((int)(offset - Offset), (int)length),
    };
}
