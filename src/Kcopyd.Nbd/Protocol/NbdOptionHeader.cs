using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>The beginning of an option; <paramref name="Length"/> bytes follow it.</summary>
/// <param name="Option">What is asked for; may be unknown.</param>
/// <param name="Length">How many bytes follow; may be anything.</param>
internal readonly record struct NbdOptionHeader(NbdOption Option, uint Length)
{
    /// <summary>Its size on the wire; unit: bytes.</summary>
    public const int Size = 16;

    /// <exception cref="NbdProtocolException">It begins with something else.</exception>
    public static NbdOptionHeader Read(ReadOnlySpan<byte> bytes)
    {
        var magic = ReadUInt64BigEndian(bytes);
        return magic == NbdMagic.Option
            ? new NbdOptionHeader((NbdOption)ReadUInt32BigEndian(bytes[8..]), ReadUInt32BigEndian(bytes[12..]))
            : throw NbdProtocolException.WrongMagic("option", magic, NbdMagic.Option);
    }

    public void Write(Span<byte> bytes)
    {
        WriteUInt64BigEndian(bytes, NbdMagic.Option);
        WriteUInt32BigEndian(bytes[8..], (uint)Option);
        WriteUInt32BigEndian(bytes[12..], Length);
    }
}
