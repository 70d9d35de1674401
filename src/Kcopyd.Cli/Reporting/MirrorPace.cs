using Kcopyd.Actors.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Reporting;

/// <summary>Makes progress of numbers of regions: bytes, rate, what is left. Pure, save that it remembers.</summary>
internal sealed class MirrorPace(MirrorTable table)
{
    /// <summary>The rate is that of the last so long: soon enough to follow a change, long enough to be
    /// calm.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Queue<(long Timestamp, long Bytes)> _looks = new();

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
        _looks.Enqueue((timestamp, bytes));
        while (_looks.Count > 2 && time.GetElapsedTime(_looks.Peek().Timestamp, timestamp) > Window)
        {
            _looks.Dequeue();
        }

        var (since, before) = _looks.Peek();
        var elapsed = time.GetElapsedTime(since, timestamp).TotalSeconds;
        var rate = elapsed > 0 ? Math.Max(0, bytes - before) / elapsed : 0;
        return new MirrorProgress(geometry.RegionCount, done, total, bytes)
        {
            BytesPerSecond = rate,
            Remaining = rate >= 1 ? TimeSpan.FromSeconds(Math.Min((total - bytes) / rate, int.MaxValue)) : null,
        };
    }
}
