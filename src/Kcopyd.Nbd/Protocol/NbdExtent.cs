using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>One extent of a block status.</summary>
/// <param name="Length">How many bytes; may be anything.</param>
/// <param name="Flags">What they are.</param>
internal readonly record struct NbdExtent(uint Length, NbdExtentFlags Flags)
{
    /// <summary>Its size on the wire; unit: bytes.</summary>
    public const int Size = 8;

    public static NbdExtent Read(ReadOnlySpan<byte> bytes) =>
        new(ReadUInt32BigEndian(bytes), (NbdExtentFlags)ReadUInt32BigEndian(bytes[4..]));

    public void Write(Span<byte> bytes)
    {
        WriteUInt32BigEndian(bytes, Length);
        WriteUInt32BigEndian(bytes[4..], (uint)Flags);
    }
}
