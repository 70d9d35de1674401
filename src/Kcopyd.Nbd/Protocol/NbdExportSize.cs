using static System.Buffers.Binary.BinaryPrimitives;

namespace Kcopyd.Nbd.Protocol;

/// <summary>How long an export is and what it can do.</summary>
/// <param name="LengthBytes">Its size; unit: bytes.</param>
/// <param name="Flags">What it can do.</param>
internal readonly record struct NbdExportSize(long LengthBytes, NbdTransmissionFlags Flags)
{
    /// <summary>Its size on the wire; unit: bytes.</summary>
    public const int Size = 10;

    /// <exception cref="NbdProtocolException">The export is larger than any device.</exception>
    public static NbdExportSize Read(ReadOnlySpan<byte> bytes)
    {
        var length = ReadUInt64BigEndian(bytes);
        return length <= long.MaxValue
            ? new NbdExportSize((long)length, (NbdTransmissionFlags)ReadUInt16BigEndian(bytes[8..]))
            : throw new NbdProtocolException($"the server says that the export has {length} bytes");
    }

    public void Write(Span<byte> bytes)
    {
        WriteUInt64BigEndian(bytes, (ulong)LengthBytes);
        WriteUInt16BigEndian(bytes[8..], (ushort)Flags);
    }
}
