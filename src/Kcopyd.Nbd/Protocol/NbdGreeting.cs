using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>The first bytes of a server.</summary>
/// <param name="Flags">What it says of its handshake.</param>
internal readonly record struct NbdGreeting(NbdHandshakeFlags Flags)
{
    /// <summary>Its size on the wire; unit: bytes.</summary>
    public const int Size = 18;

    /// <exception cref="NbdProtocolException">It is no server of NBD, or one of a style that we do not
    /// speak.</exception>
    public static NbdGreeting Read(ReadOnlySpan<byte> bytes)
    {
        var (magic, style) = (ReadUInt64BigEndian(bytes), ReadUInt64BigEndian(bytes[8..]));
        if (magic != NbdMagic.Server)
        {
            throw NbdProtocolException.WrongMagic("greeting", magic, NbdMagic.Server);
        }

        if (style == NbdMagic.OldStyle)
        {
            throw new NbdProtocolException("the server speaks the old style of NBD, which knows no exports");
        }

        var flags = (NbdHandshakeFlags)ReadUInt16BigEndian(bytes[16..]);
        return (style == NbdMagic.Option, flags.HasFlag(NbdHandshakeFlags.FixedNewstyle)) switch
        {
            (false, _) => throw NbdProtocolException.WrongMagic("negotiation", style, NbdMagic.Option),
            (_, false) => throw new NbdProtocolException(
                "the server speaks a style of NBD that does not answer options"),
            _ => new NbdGreeting(flags),
        };
    }

    public void Write(Span<byte> bytes)
    {
        WriteUInt64BigEndian(bytes, NbdMagic.Server);
        WriteUInt64BigEndian(bytes[8..], NbdMagic.Option);
        WriteUInt16BigEndian(bytes[16..], (ushort)Flags);
    }
}
