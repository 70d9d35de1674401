using Kcopyd.Actors.Snapshots;

namespace Kcopyd.Cli.Reporting;

/// <summary>An area of a store in a JSON report.</summary>
/// <param name="Area">Which, from 0.</param>
/// <param name="Chunk">The chunk of the COW device that it is.</param>
/// <param name="Entries">Entries that are used.</param>
/// <param name="Capacity">Entries that there are.</param>
internal sealed record SnapshotAreaReport(long Area, long Chunk, int Entries, int Capacity)
{
    public long FirstOriginChunk { get; init; }

    public long LastOriginChunk { get; init; }

    public long FirstCowChunk { get; init; }

    public long LastCowChunk { get; init; }

    internal static SnapshotAreaReport Of(CowArea area) =>
        new(area.Number, area.Chunk, area.Entries, area.Capacity)
        {
            FirstOriginChunk = area.FirstOldChunk,
            LastOriginChunk = area.LastOldChunk,
            FirstCowChunk = area.FirstNewChunk,
            LastCowChunk = area.LastNewChunk,
        };
}
