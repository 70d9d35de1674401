using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>The beginning of one chunk of a structured reply; <paramref name="Length"/> bytes follow it.</summary>
/// <param name="Flags">Whether it is the last.</param>
/// <param name="Type">What it holds; may be unknown.</param>
/// <param name="Cookie">That of the request.</param>
/// <param name="Length">How many bytes follow; may be anything.</param>
internal readonly record struct NbdChunkHeader(NbdChunkFlags Flags, NbdChunkType Type, ulong Cookie, uint Length)
{
    /// <summary>Its size on the wire; unit: bytes.</summary>
    public const int Size = 20;

    /// <summary>Whether it is the last of its reply.</summary>
    public bool IsDone => Flags.HasFlag(NbdChunkFlags.Done);

    /// <summary>Whether it says that the request failed, be its type known or not.</summary>
    public bool IsError => ((ushort)Type & 0x8000) != 0;

    /// <exception cref="NbdProtocolException">It begins with something else.</exception>
    public static NbdChunkHeader Read(ReadOnlySpan<byte> bytes)
    {
        var magic = ReadUInt32BigEndian(bytes);
        return magic == NbdMagic.Chunk
            ? new NbdChunkHeader(
                (NbdChunkFlags)ReadUInt16BigEndian(bytes[4..]),
                (NbdChunkType)ReadUInt16BigEndian(bytes[6..]),
                ReadUInt64BigEndian(bytes[8..]),
                ReadUInt32BigEndian(bytes[16..]))
            : throw NbdProtocolException.WrongMagic("chunk", magic, NbdMagic.Chunk);
    }

    public void Write(Span<byte> bytes)
    {
        WriteUInt32BigEndian(bytes, NbdMagic.Chunk);
        WriteUInt16BigEndian(bytes[4..], (ushort)Flags);
        WriteUInt16BigEndian(bytes[6..], (ushort)Type);
        WriteUInt64BigEndian(bytes[8..], Cookie);
        WriteUInt32BigEndian(bytes[16..], Length);
    }
}
