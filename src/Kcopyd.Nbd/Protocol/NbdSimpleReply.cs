using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>The answer to a request without chunks; the bytes of a read that did not fail follow it.</summary>
/// <param name="Error">Why it failed; may be unknown.</param>
/// <param name="Cookie">That of the request.</param>
internal readonly record struct NbdSimpleReply(NbdError Error, ulong Cookie)
{
    /// <summary>Its size on the wire; unit: bytes.</summary>
    public const int Size = 16;

    /// <exception cref="NbdProtocolException">It begins with something else.</exception>
    public static NbdSimpleReply Read(ReadOnlySpan<byte> bytes)
    {
        var magic = ReadUInt32BigEndian(bytes);
        return magic == NbdMagic.SimpleReply
            ? new NbdSimpleReply((NbdError)ReadUInt32BigEndian(bytes[4..]), ReadUInt64BigEndian(bytes[8..]))
            : throw NbdProtocolException.WrongMagic("reply", magic, NbdMagic.SimpleReply);
    }

    public void Write(Span<byte> bytes)
    {
        WriteUInt32BigEndian(bytes, NbdMagic.SimpleReply);
        WriteUInt32BigEndian(bytes[4..], (uint)Error);
        WriteUInt64BigEndian(bytes[8..], Cookie);
    }
}
