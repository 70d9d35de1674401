using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>The areas of a store as a disk has them, and how a load sees them.</summary>
internal sealed class CowStoreImage(CowLayout layout)
{
    private readonly List<byte[]> _areas = [new byte[layout.ChunkBytes]];

    /// <summary>The entries in their order, whatever they say.</summary>
    public List<CowEntry> Entries { get; } = [];

    /// <summary>The area that the next entry goes to.</summary>
    public byte[] Last => _areas[^1];

    /// <summary>Adds an entry, and behind a full area an empty one.</summary>
    public void Add(long oldChunk, long newChunk)
    {
        var index = Entries.Count % layout.EntriesPerArea;
        Entries.Add(new CowEntry(oldChunk, newChunk));
        Entries[^1].Write(Last, index);
        if (index == layout.EntriesPerArea - 1)
        {
            _areas.Add(new byte[layout.ChunkBytes]);
        }
    }

    /// <summary>Loads it all.</summary>
    public (CowLoad Load, ExceptionTable Table) Load(long originChunks, long cowSectors)
    {
        var table = new ExceptionTable();
        var load = new CowLoad(layout, originChunks, cowSectors, table);
        while (load.Add(_areas[(int)load.CurrentArea]))
        {
        }

        return (load, table);
    }
}
