using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>Ranges that are durable on the same targets.</summary>
/// <param name="Targets">The targets.</param>
/// <param name="Ranges">Ascending, not overlapping, counted from the job's first sector.</param>
internal sealed record FlushedRanges(TargetMask Targets, ImmutableArray<SectorRange> Ranges)
{
    /// <summary>Everything that a job of so many sectors does, on these targets.</summary>
    public static FlushedRanges Whole(TargetMask targets, long sectorCount) =>
        new(targets, [SectorRange.Create(0, sectorCount)]);

    /// <summary>The same with one entry for all targets that have the same ranges: targets of one copy mostly
    /// do.</summary>
    public static IReadOnlyList<FlushedRanges> Join(IEnumerable<FlushedRanges> flushed)
    {
        var joined = new List<FlushedRanges>();
        foreach (var one in flushed)
        {
            var same = joined.FindIndex(other => other.Ranges.AsSpan().SequenceEqual(one.Ranges.AsSpan()));
            if (same >= 0)
            {
                joined[same] = joined[same] with { Targets = joined[same].Targets.Or(one.Targets) };
            }
            else if (!one.Ranges.IsEmpty)
            {
                joined.Add(one);
            }
        }

        return joined;
    }
}
