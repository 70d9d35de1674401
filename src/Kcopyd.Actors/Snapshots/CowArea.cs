using Kcopyd.Core.Snapshots;

namespace Kcopyd.Actors.Snapshots;

/// <summary>One area of a COW store that holds exceptions.</summary>
/// <param name="Number">Which one, from 0.</param>
/// <param name="Chunk">The chunk of the store that it is.</param>
/// <param name="Entries">Entries that are used.</param>
/// <param name="Capacity">Entries that there are.</param>
/// <param name="FirstOldChunk">The lowest chunk of the origin among them.</param>
/// <param name="LastOldChunk">The highest.</param>
/// <param name="FirstNewChunk">The lowest chunk of the store that their data is in.</param>
/// <param name="LastNewChunk">The highest.</param>
public sealed record CowArea(
    long Number,
    long Chunk,
    int Entries,
    int Capacity,
    long FirstOldChunk,
    long LastOldChunk,
    long FirstNewChunk,
    long LastNewChunk)
{
    internal static CowArea Of(long number, ReadOnlySpan<byte> bytes, CowLayout layout, int entries)
    {
        var (firstOld, lastOld, firstNew, lastNew) = (long.MaxValue, 0L, long.MaxValue, 0L);
        for (var index = 0; index < entries; index++)
        {
            var entry = CowEntry.Read(bytes, index);
            (firstOld, lastOld) = (Math.Min(firstOld, entry.OldChunk), Math.Max(lastOld, entry.OldChunk));
            (firstNew, lastNew) = (Math.Min(firstNew, entry.NewChunk), Math.Max(lastNew, entry.NewChunk));
        }

        return new CowArea(
            number, layout.AreaChunk(number), entries, layout.EntriesPerArea, firstOld, lastOld, firstNew, lastNew);
    }
}
