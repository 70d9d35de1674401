using System.Buffers.Binary;

namespace Kcopyd.Core.Snapshots;

/// <summary>The head of a persistent COW store: 16 bytes, little-endian; the rest of chunk 0 is zeros.</summary>
/// <param name="IsValid">Whether the store still holds its snapshot; once false, it stays so.</param>
/// <param name="Version">The version; <see cref="CurrentVersion"/> is the only one.</param>
/// <param name="ChunkSectors">Sectors in a chunk, as of <see cref="CowLayout.IsChunkSize"/>.</param>
public readonly record struct CowHeader(bool IsValid, int Version, long ChunkSectors)
{
    /// <summary>The first four bytes of a store, <c>SnAp</c>, as a little-endian number.</summary>
    public const uint Magic = 0x7041_6E53;

    /// <summary>The version that is read and written.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Bytes in the head.</summary>
    public const int Size = 16;

    /// <summary>The head of a valid store with chunks of a size.</summary>
    public static CowHeader For(CowLayout layout) => new(IsValid: true, CurrentVersion, layout.ChunkSectors);

    /// <summary>Says what the first bytes of a device are.</summary>
    /// <param name="bytes">At least <see cref="Size"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public static CowFinding Read(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, Size, nameof(bytes));
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var valid = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        var chunkSectors = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        var header = new CowHeader(valid != 0, CurrentVersion, chunkSectors);
        return (magic, version) switch
        {
            (0, _) => new CowFinding.New(),
            (not Magic, _) => new CowFinding.Foreign(magic),
            (_, not CurrentVersion) => new CowFinding.OtherVersion(version),
            _ when !CowLayout.IsChunkSize(chunkSectors) => new CowFinding.BadChunkSize(chunkSectors),
            _ => header.IsValid ? new CowFinding.Good(header) : new CowFinding.Invalid(header),
        };
    }

    /// <summary>Writes the head over the first <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public void Write(Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, Size, nameof(bytes));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], IsValid ? 1u : 0u);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], (uint)Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], (uint)ChunkSectors);
    }
}
