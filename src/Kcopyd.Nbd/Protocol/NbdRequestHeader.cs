using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>What a client sends for each request; the bytes of a write follow it.</summary>
/// <param name="Flags">How it is meant.</param>
/// <param name="Command">What is asked for; may be unknown.</param>
/// <param name="Cookie">The client's own number, which the reply repeats.</param>
/// <param name="Offset">The first byte; may be anything.</param>
/// <param name="Length">How many; may be anything.</param>
internal readonly record struct NbdRequestHeader(
    NbdCommandFlags Flags, NbdCommand Command, ulong Cookie, ulong Offset, uint Length)
{
    /// <summary>Its size on the wire; unit: bytes.</summary>
    public const int Size = 28;

    /// <exception cref="NbdProtocolException">It begins with something else.</exception>
    public static NbdRequestHeader Read(ReadOnlySpan<byte> bytes)
    {
        var magic = ReadUInt32BigEndian(bytes);
        return magic == NbdMagic.Request
            ? new NbdRequestHeader(
                (NbdCommandFlags)ReadUInt16BigEndian(bytes[4..]),
                (NbdCommand)ReadUInt16BigEndian(bytes[6..]),
                ReadUInt64BigEndian(bytes[8..]),
                ReadUInt64BigEndian(bytes[16..]),
                ReadUInt32BigEndian(bytes[24..]))
            : throw NbdProtocolException.WrongMagic("request", magic, NbdMagic.Request);
    }

    public void Write(Span<byte> bytes)
    {
        WriteUInt32BigEndian(bytes, NbdMagic.Request);
        WriteUInt16BigEndian(bytes[4..], (ushort)Flags);
        WriteUInt16BigEndian(bytes[6..], (ushort)Command);
        WriteUInt64BigEndian(bytes[8..], Cookie);
        WriteUInt64BigEndian(bytes[16..], Offset);
        WriteUInt32BigEndian(bytes[24..], Length);
    }
}
