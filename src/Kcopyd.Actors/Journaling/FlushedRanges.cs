using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Journaling;

namespace Kcopyd.Actors.Journaling;

/// <summary>Ranges that are durable on the same targets.</summary>
/// <param name="Targets">The targets.</param>
/// <param name="Ranges">Ascending, counted from the job's first sector.</param>
internal sealed record FlushedRanges(TargetMask Targets, ImmutableArray<SectorRange> Ranges)
{
    /// <summary>The same, with targets that have the same ranges in one: most often all have.</summary>
    public static ImmutableArray<FlushedRanges> From(ImmutableArray<TargetClaim> claims)
    {
        var grouped = new List<FlushedRanges>();
        foreach (var (target, ranges) in claims)
        {
            var same = grouped.FindIndex(other => other.Ranges.SequenceEqual(ranges));
            if (same < 0)
            {
                grouped.Add(new FlushedRanges(TargetMask.Of(target), ranges));
            }
            else
            {
                grouped[same] = grouped[same] with { Targets = grouped[same].Targets.With(target) };
            }
        }

        return [.. grouped];
    }
}
