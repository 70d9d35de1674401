using System.Buffers.Binary;

namespace Kcopyd.Core.Snapshots;

/// <summary>One exception as an area of a COW store holds it: 16 bytes, little-endian.</summary>
/// <param name="OldChunk">The chunk of the origin.</param>
/// <param name="NewChunk">The chunk of the store that holds what it was; 0 in the first entry that is free.</param>
/// <remarks>Numbers past 2^63, which only damage brings about, are negative here.</remarks>
public readonly record struct CowEntry(long OldChunk, long NewChunk)
{
    /// <summary>Bytes in an entry.</summary>
    public const int Size = 16;

    /// <summary>Whether this entry and all behind it are free.</summary>
    public bool IsFree => NewChunk == 0;

    /// <summary>The entry at a place of an area.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The area has no such place.</exception>
    public static CowEntry Read(ReadOnlySpan<byte> area, int index)
    {
        var bytes = area.Slice(index * Size, Size);
        return new CowEntry(
            BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]));
    }

    /// <summary>Frees a place of an area.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The area has no such place.</exception>
    public static void Clear(Span<byte> area, int index) => area.Slice(index * Size, Size).Clear();

    /// <summary>Writes the entry to a place of an area.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The area has no such place.</exception>
    public void Write(Span<byte> area, int index)
    {
        var bytes = area.Slice(index * Size, Size);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, OldChunk);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], NewChunk);
    }
}
