using System.Buffers.Binary;

namespace Kcopyd.Core.Mirrors;

/// <summary>The head of dm-mirror's on-disk log: 16 bytes, little-endian.</summary>
/// <param name="Version">The version; <see cref="CurrentVersion"/> is written, 1 is read as the same.</param>
/// <param name="RegionCount">The regions that the log was last written for. Whatever the bytes say.</param>
public readonly record struct DirtyLogHeader(uint Version, ulong RegionCount)
{
    /// <summary>The first four bytes of a log, <c>rRiM</c>, as a little-endian number.</summary>
    public const uint Magic = 0x4D69_5272;

    /// <summary>The version that is written.</summary>
    public const uint CurrentVersion = 2;

    /// <summary>Bytes in the head; up to the bits at byte 1,024 nothing follows it that has a meaning.</summary>
    public const int Size = 16;

    /// <summary>Whether the bits of this version can be read.</summary>
    public bool IsKnownVersion => Version is 1 or CurrentVersion;

    /// <summary>Reads a head from the first bytes of a device.</summary>
    /// <returns>False where there is no log: the magic is another, or there are fewer than
    /// <see cref="Size"/> bytes. True whatever the version.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DirtyLogHeader header)
    {
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            header = default;
            return false;
        }

        header = new DirtyLogHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
        return true;
    }

    /// <summary>
    /// Whether the bits of so many regions have room on a device of this many bytes. If not, the device was cut off, or
    /// the number is damaged.
    /// </summary>
    public bool FitsIn(long deviceBytes) =>
        RegionCount <= (ulong)Math.Max(0, deviceBytes - DirtyLogImage.BitsOffset) * 8;

    /// <summary>Writes the head over the first <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], RegionCount);
    }
}
