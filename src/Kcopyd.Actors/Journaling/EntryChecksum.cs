using System.Buffers.Binary;
using System.Numerics;

namespace Kcopyd.Actors.Journaling;

/// <summary>A checksum behind each entry of a journal: CRC-32C of its bytes, little-endian.</summary>
/// <remarks>A database does not notice a bit that its disk has turned, and a claim that reads well and is not true
/// would cost data.</remarks>
internal static class EntryChecksum
{
    /// <summary>Its length in bytes.</summary>
    public const int Length = sizeof(uint);

    /// <summary>Fills the last bytes of an entry with the checksum of the others.</summary>
    public static void Seal(Span<byte> entry) =>
        BinaryPrimitives.WriteUInt32LittleEndian(entry[^Length..], Compute(entry[..^Length]));

    /// <summary>Whether an entry is as it was sealed.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> entry) =>
        entry.Length >= Length
        && BinaryPrimitives.ReadUInt32LittleEndian(entry[^Length..]) == Compute(entry[..^Length]);

    private static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var next in bytes)
        {
            crc = BitOperations.Crc32C(crc, next);
        }

        return ~crc;
    }
}
