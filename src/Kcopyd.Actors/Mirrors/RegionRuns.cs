using System.Collections.Immutable;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Runs of regions in their order.</summary>
internal static class RegionRuns
{
    /// <summary>The same regions as runs that are ascending and apart.</summary>
    public static ImmutableArray<RegionRun> Join(IReadOnlyList<RegionRun> runs)
    {
        var joined = ImmutableArray.CreateBuilder<RegionRun>(runs.Count);
        foreach (var run in runs.OrderBy(run => run.First))
        {
            if (joined.Count > 0 && run.First <= joined[^1].Last + 1)
            {
                joined[^1] = new RegionRun(joined[^1].First, Math.Max(joined[^1].Last, run.Last));
            }
            else
            {
                joined.Add(run);
            }
        }

        return joined.ToImmutable();
    }

    /// <summary>The runs of regions whose bit is set.</summary>
    public static IEnumerable<RegionRun> Of(RegionBits bits)
    {
        for (var first = bits.NextSet(0); first >= 0;)
        {
            var clear = bits.NextClear(first);
            var end = clear < 0 ? bits.Count : clear;
            yield return new RegionRun(first, end - 1);
            first = bits.NextSet(end);
        }
    }
}
