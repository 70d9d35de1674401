namespace Kcopyd.Core.Snapshots;

/// <summary>Takes the areas of a store one after another, and puts their exceptions into a table.</summary>
/// <remarks>
/// The first free entry ends the store: whatever stands behind it is what a torn write left there. A load that threw
/// is over, and its table is to be thrown away.
/// </remarks>
public sealed class CowLoad
{
    private readonly CowLayout _layout;
    private readonly long _originChunks;
    private readonly long _cowSectors;
    private readonly ExceptionTable _table;
    private readonly CowChunkSet _taken;
    private bool _isDone;

    /// <summary>A load that waits for area 0; as it is, that of a new store.</summary>
    /// <param name="layout">The layout that the head of the store names.</param>
    /// <param name="originChunks">The chunks of the origin, a short last one among them.</param>
    /// <param name="cowSectors">The length of the COW device.</param>
    /// <param name="table">An empty table.</param>
    /// <exception cref="CowStoreException">The device has no room for area 0.</exception>
    public CowLoad(CowLayout layout, long originChunks, long cowSectors, ExceptionTable table)
    {
        _layout = layout;
        _originChunks = originChunks;
        _cowSectors = cowSectors;
        _table = table;
        _taken = new CowChunkSet(layout);
        if (!HasChunk(layout.AreaChunk(0)))
        {
            throw new CowStoreException($"The first area is chunk 1, but {Device}.");
        }
    }

    /// <summary>The chunk where the next exception's data goes.</summary>
    public long NextFree => _layout.NextData(_taken.Highest);

    /// <summary>The area where the next entry goes; while the load goes on, the one that it wants.</summary>
    public long CurrentArea { get; private set; }

    /// <summary>How many entries of <see cref="CurrentArea"/> are used; all before the first free one.</summary>
    public int Committed { get; private set; }

    /// <summary>Whether behind them the area on disk is not zeros, as it has to be before an entry is added.</summary>
    public bool HasTail { get; private set; }

    private string Device =>
        $"the device of {_cowSectors} sectors has {_layout.WholeChunks(_cowSectors)} chunks of {_layout.ChunkSectors}";

    /// <summary>Makes zeros of an area's bytes behind its used entries.</summary>
    public static void ClearTail(Span<byte> area, int committed) => area[(committed * CowEntry.Size)..].Clear();

    /// <summary>Takes the area that <see cref="CurrentArea"/> says. The bytes are not kept.</summary>
    /// <param name="area">All bytes of it.</param>
    /// <returns>True where it is full: the next one is wanted. False at the end of the store.</returns>
    /// <exception cref="CowStoreException">The store is damaged or cut off.</exception>
    public bool Add(ReadOnlySpan<byte> area)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(area.Length, _layout.ChunkBytes, nameof(area));
        Invariant.Holds(!_isDone);
        for (var index = 0; index < _layout.EntriesPerArea; index++)
        {
            var entry = CowEntry.Read(area, index);
            if (entry.IsFree)
            {
                Committed = index;
                HasTail = area[(index * CowEntry.Size)..].ContainsAnyExcept((byte)0);
                _isDone = true;
                return false;
            }

            Add(entry, index);
        }

        CurrentArea++;
        return HasChunk(_layout.AreaChunk(CurrentArea))
            ? true
            : throw new CowStoreException(
                $"Area {CurrentArea - 1} is full, so that another follows in chunk {_layout.AreaChunk(CurrentArea)}, "
                + $"but {Device}.");
    }

    private void Add(CowEntry entry, int index)
    {
        if ((ulong)entry.OldChunk >= (ulong)_originChunks)
        {
            throw Damaged(entry, index, $"the table has room for {_originChunks}, and may be too short");
        }

        if (entry.NewChunk is > 0 and < CowLayout.FirstData)
        {
            throw Damaged(entry, index, $"data begins in chunk {CowLayout.FirstData}");
        }

        if (!HasChunk(entry.NewChunk))
        {
            throw Damaged(entry, index, Device);
        }

        if (_layout.IsArea(entry.NewChunk))
        {
            throw Damaged(entry, index, "that is where an area stands");
        }

        if (!_taken.TryAdd(entry.NewChunk))
        {
            throw Damaged(entry, index, "an earlier entry has its data there");
        }

        if (!_table.TryAdd(entry.OldChunk, entry.NewChunk))
        {
            _ = _table.TryFind(entry.OldChunk, out var known);
            throw Damaged(entry, index, $"an earlier entry has it in chunk {known}");
        }
    }

    private bool HasChunk(long chunk) => (ulong)chunk < (ulong)_layout.WholeChunks(_cowSectors);

    private CowStoreException Damaged(CowEntry entry, int index, string why) =>
        new($"Entry {index} of area {CurrentArea} has chunk {(ulong)entry.OldChunk} of the origin in chunk "
            + $"{(ulong)entry.NewChunk}, but {why}.");
}
