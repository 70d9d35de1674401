using Kcopyd.Actors.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Reporting;

/// <summary>Makes progress of numbers of regions: bytes, rate, what is left. Pure, save that it remembers.</summary>
internal sealed class MirrorPace(MirrorTable table)
{
    private readonly BytePace _pace = new(Sectors.ToBytes(table.Geometry.Length));

    /// <summary>Progress of a synchronisation.</summary>
    internal MirrorProgress Note(MirrorCounts counts, long timestamp, TimeProvider time) =>
        Note(counts.InSync, timestamp, time) with { Recovered = counts.RecoveredRegions };

    /// <summary>Progress, seen at a time.</summary>
    /// <param name="done">Regions that are done.</param>
    /// <param name="timestamp">When.</param>
    /// <param name="time">What the time is of.</param>
    internal MirrorProgress Note(long done, long timestamp, TimeProvider time)
    {
        var geometry = table.Geometry;
        var total = Sectors.ToBytes(geometry.Length);
        var bytes = Math.Min(total, done * Sectors.ToBytes(geometry.RegionSize));
        _pace.Note(bytes, timestamp, time);
        return new MirrorProgress(geometry.RegionCount, done, total, bytes)
        {
            BytesPerSecond = _pace.Rate,
            Remaining = _pace.Remaining,
        };
    }
}
