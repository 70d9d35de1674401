using System.Numerics;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>How requests must and should be cut; unit: bytes.</summary>
/// <param name="Minimum">What positions and lengths are multiples of: a power of two, 1 to 65536.</param>
/// <param name="Preferred">What they are better multiples of: a power of two.</param>
/// <param name="Maximum">The longest read or write.</param>
internal readonly record struct NbdBlockSizes(uint Minimum, uint Preferred, uint Maximum)
{
    /// <summary>Its size on the wire; unit: bytes.</summary>
    public const int Size = 12;

    /// <summary>What holds where a server says nothing: the specification has clients keep to 512 bytes then.</summary>
    public static NbdBlockSizes Default { get; } = new(512, 4096, NbdLimits.MaxPayload);

    /// <exception cref="NbdProtocolException">They make no sense.</exception>
    public static NbdBlockSizes Read(ReadOnlySpan<byte> bytes)
    {
        var sizes = new NbdBlockSizes(
            ReadUInt32BigEndian(bytes), ReadUInt32BigEndian(bytes[4..]), ReadUInt32BigEndian(bytes[8..]));
        return sizes.IsSound
            ? sizes
            : throw new NbdProtocolException(
                $"the server says that blocks have {sizes.Minimum} bytes at least, {sizes.Preferred} at best and "
                + $"{sizes.Maximum} at most");
    }

    public void Write(Span<byte> bytes)
    {
        WriteUInt32BigEndian(bytes, Minimum);
        WriteUInt32BigEndian(bytes[4..], Preferred);
        WriteUInt32BigEndian(bytes[8..], Maximum);
    }

    private bool IsSound =>
        BitOperations.IsPow2(Minimum)
        && Minimum <= 64 * 1024
        && BitOperations.IsPow2(Preferred)
        && Preferred >= Minimum
        && (Maximum == uint.MaxValue || Maximum % Minimum == 0)
        && Maximum >= Preferred;
}
