using Kcopyd.Actors.Tests.Crashes;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>The bytes of origins and stores, made and read as kernel-facts 3.7 has them, past the product.</summary>
internal static class SnapshotImages
{
    /// <summary>What the snapshots show.</summary>
    public const long OldStamp = 1;

    /// <summary>What the origin holds where it has changed.</summary>
    public const long NewStamp = 2;

    /// <summary>Runs of so many chunks have consecutive exceptions, to begin with.</summary>
    private const int RunChunks = 3;

    public static long StampOfOrigin(SnapshotCase @case, int sector) =>
        sector < @case.KeptSectors ? NewStamp : OldStamp;

    public static byte[] Origin(SnapshotCase @case)
    {
        var bytes = new byte[Sectors.ToBytes(@case.OriginSectors)];
        for (var sector = 0; sector < @case.OriginSectors; sector++)
        {
            Stamp(bytes, sector, sector, StampOfOrigin(@case, sector));
        }

        return bytes;
    }

    /// <summary>A COW device, with the store on it that is there to begin with.</summary>
    public static byte[] Cow(SnapshotCase @case, StoreCase store)
    {
        var layout = new CowLayout(store.ChunkSectors);
        var bytes = new byte[ChunksOf(@case, store, layout) * layout.ChunkBytes];
        if (@case.IsUsed)
        {
            FillWithEntries(bytes, layout.ChunksFor(@case.OriginSectors));
        }

        if (HasStore(@case, store))
        {
            FillStore(bytes, layout, @case);
        }

        return bytes;
    }

    public static bool HasStore(SnapshotCase @case, StoreCase store) => @case.KeptSectors > 0 && !store.IsLate;

    /// <summary>The exceptions of a store; null: it is invalid, or none.</summary>
    public static IReadOnlyList<CowEntry>? Exceptions(byte[] cow)
    {
        if (CowHeader.Read(cow) is not CowFinding.Good { Header: var header })
        {
            return null;
        }

        var layout = new CowLayout(header.ChunkSectors);
        List<CowEntry> entries = [];
        for (var area = 0; ; area++)
        {
            var bytes = cow.AsSpan((int)layout.AreaChunk(area) * layout.ChunkBytes, layout.ChunkBytes);
            for (var index = 0; index < layout.EntriesPerArea; index++)
            {
                var entry = CowEntry.Read(bytes, index);
                if (entry.IsFree)
                {
                    return entries;
                }

                entries.Add(entry);
            }
        }
    }

    /// <summary>What a snapshot shows, whose store has these exceptions.</summary>
    public static byte[] View(byte[] origin, byte[] cow, int chunkSectors, IReadOnlyList<CowEntry> exceptions)
    {
        var view = origin.ToArray();
        var chunkBytes = chunkSectors * Sectors.Size;
        foreach (var entry in exceptions)
        {
            var start = (int)entry.OldChunk * chunkBytes;
            var length = Math.Min(chunkBytes, view.Length - start);
            cow.AsSpan((int)entry.NewChunk * chunkBytes, length).CopyTo(view.AsSpan(start));
        }

        return view;
    }

    /// <summary>Room for every chunk of the origin twice: what a crash allocated and did not commit is given out
    /// again, but nothing is given out twice in one life.</summary>
    private static int ChunksOf(SnapshotCase @case, StoreCase store, CowLayout layout)
    {
        var chunks = (int)layout.ChunksFor(@case.OriginSectors);
        return store.Chunks > 0 ? store.Chunks : chunks + (chunks / layout.EntriesPerArea) + 4;
    }

    /// <summary>As if all of the device were areas of stores of old.</summary>
    private static void FillWithEntries(byte[] bytes, long originChunks)
    {
        for (var index = 1; index < bytes.Length / CowEntry.Size; index++)
        {
            new CowEntry(index % originChunks, CowLayout.FirstData + (index % 23)).Write(bytes, index);
        }
    }

    private static void FillStore(byte[] bytes, CowLayout layout, SnapshotCase @case)
    {
        bytes.AsSpan(0, layout.ChunkBytes).Clear();
        CowHeader.For(layout).Write(bytes);
        var (next, place) = (CowLayout.FirstData, 0);
        Area(0)[..(@case.IsTorn ? Sectors.Size : layout.ChunkBytes)].Clear();
        foreach (var chunk in OrderOf(@case.KeptSectors / layout.ChunkSectors))
        {
            var (area, index) = Math.DivRem(place++, layout.EntriesPerArea);
            new CowEntry(chunk, next).Write(Area(area), index);
            if (index == layout.EntriesPerArea - 1)
            {
                Area(area + 1).Clear();
            }

            for (var sector = 0; sector < layout.ChunkSectors; sector++)
            {
                Stamp(
                    bytes, (next * layout.ChunkSectors) + sector, (chunk * layout.ChunkSectors) + sector, OldStamp);
            }

            next = layout.NextData(next);
        }

        Span<byte> Area(int area) =>
            bytes.AsSpan((int)layout.AreaChunk(area) * layout.ChunkBytes, layout.ChunkBytes);
    }

    /// <summary>The last run first.</summary>
    private static IEnumerable<int> OrderOf(int chunks) =>
        Enumerable.Range(0, chunks).Chunk(RunChunks).Reverse().SelectMany(static run => run);

    private static void Stamp(byte[] bytes, long at, long sector, long stamp) =>
        StampedContent.Fill(bytes.AsSpan((int)Sectors.ToBytes(at), Sectors.Size), sector, stamp);
}
