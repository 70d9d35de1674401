using System.Numerics;

namespace Kcopyd.Core.Snapshots;

/// <summary>Where everything stands in a persistent COW store. It is cut into chunks of one size.</summary>
/// <remarks>
/// Chunk 0 has the head, chunk 1 is area 0; then data and areas take turns: the data chunks that the entries of an
/// area can name, and the next area. What does not fill a chunk at the end of the device is not used.
/// </remarks>
public sealed record CowLayout
{
    /// <summary>The first chunk that may hold data: behind the head and area 0.</summary>
    public const long FirstData = 2;

    /// <summary>No chunk has as many sectors as this: its bytes must be countable in 31 bits.</summary>
    public const long ChunkSectorsLimit = (1L << 31) / Sectors.Size;

    private readonly int _shift;

    /// <summary>The layout of a store with chunks of a size.</summary>
    /// <param name="chunkSectors">As of <see cref="IsChunkSize"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">No store has such chunks.</exception>
    public CowLayout(long chunkSectors)
    {
        if (!IsChunkSize(chunkSectors))
        {
            throw new ArgumentOutOfRangeException(
                nameof(chunkSectors), chunkSectors, $"A power of two, less than {ChunkSectorsLimit} sectors.");
        }

        ChunkSectors = (int)chunkSectors;
        _shift = BitOperations.TrailingZeroCount(ChunkSectors);
    }

    /// <summary>Sectors in a chunk.</summary>
    public int ChunkSectors { get; }

    /// <summary>Bytes in a chunk, and so in an area.</summary>
    public int ChunkBytes => ChunkSectors * Sectors.Size;

    /// <summary>Entries in an area, which is as many as there are data chunks up to the next.</summary>
    public int EntriesPerArea => ChunkBytes / CowEntry.Size;

    private long Stride => EntriesPerArea + 1L;

    /// <summary>Whether a store can have chunks of so many sectors.</summary>
    public static bool IsChunkSize(long sectors) =>
        sectors is >= 1 and < ChunkSectorsLimit && BitOperations.IsPow2(sectors);

    /// <summary>The chunk that an area is, counted from area 0.</summary>
    /// <exception cref="OverflowException">No device has such an area.</exception>
    public long AreaChunk(long area) => checked(1 + (area * Stride));

    /// <summary>Whether a chunk is an area.</summary>
    public bool IsArea(long chunk) => chunk % Stride == 1;

    /// <summary>The data chunk that follows a chunk.</summary>
    public long NextData(long chunk) => IsArea(chunk + 1) ? chunk + 2 : chunk + 1;

    /// <summary>The chunk that a sector is in, of the store or of the origin.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sector is negative.</exception>
    public long ChunkOf(long sector)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sector);
        return sector >> _shift;
    }

    /// <summary>The sectors of a chunk; all of them, even where the device ends within it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No device has such a chunk.</exception>
    public SectorRange RangeOf(long chunk)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(chunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunk, SectorRange.Limit >> _shift);
        return SectorRange.Create(chunk << _shift, ChunkSectors);
    }

    /// <summary>How many chunks a length has whole: what a store of that length can use.</summary>
    public long WholeChunks(long sectors) => ChunkOf(sectors);

    /// <summary>How many chunks a length touches: the last of an origin may be short.</summary>
    public long ChunksFor(long sectors) => ChunkOf(sectors) + (sectors % ChunkSectors == 0 ? 0 : 1);
}
