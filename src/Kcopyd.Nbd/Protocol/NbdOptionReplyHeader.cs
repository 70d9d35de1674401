using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>The beginning of an answer to an option; <paramref name="Length"/> bytes follow it.</summary>
/// <param name="Option">What it answers.</param>
/// <param name="Kind">How; may be unknown.</param>
/// <param name="Length">How many bytes follow; may be anything.</param>
internal readonly record struct NbdOptionReplyHeader(NbdOption Option, NbdOptionReplyKind Kind, uint Length)
{
    /// <summary>Its size on the wire; unit: bytes.</summary>
    public const int Size = 20;

    /// <summary>Whether it refuses, be the reason known or not.</summary>
    public bool IsError => ((uint)Kind & 0x8000_0000) != 0;

    /// <exception cref="NbdProtocolException">It begins with something else.</exception>
    public static NbdOptionReplyHeader Read(ReadOnlySpan<byte> bytes)
    {
        var magic = ReadUInt64BigEndian(bytes);
        return magic == NbdMagic.OptionReply
            ? new NbdOptionReplyHeader(
                (NbdOption)ReadUInt32BigEndian(bytes[8..]),
                (NbdOptionReplyKind)ReadUInt32BigEndian(bytes[12..]),
                ReadUInt32BigEndian(bytes[16..]))
            : throw NbdProtocolException.WrongMagic("answer to an option", magic, NbdMagic.OptionReply);
    }

    public void Write(Span<byte> bytes)
    {
        WriteUInt64BigEndian(bytes, NbdMagic.OptionReply);
        WriteUInt32BigEndian(bytes[8..], (uint)Option);
        WriteUInt32BigEndian(bytes[12..], (uint)Kind);
        WriteUInt32BigEndian(bytes[16..], Length);
    }
}
