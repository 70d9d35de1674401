using System.Collections.Immutable;

namespace Kcopyd.Core.Copying;

/// <summary>What is left to do when each target has a part of it. Pure.</summary>
public static class MissingRuns
{
    /// <summary>The union of what is missing, cut wherever the targets that miss it change.</summary>
    /// <param name="sectorCount">How many sectors the job is about.</param>
    /// <param name="done">What each target has, by index.</param>
    /// <param name="wanted">The targets that count.</param>
    /// <returns>Ascending, not overlapping; neighbours have different targets.</returns>
    public static ImmutableArray<PlanRun> Of(long sectorCount, IReadOnlyList<ExtentSet> done, TargetMask wanted)
    {
        ArgumentNullException.ThrowIfNull(done);
        var all = SectorRange.Create(0, sectorCount);
        var edges = new SortedDictionary<long, TargetMask>();
        foreach (var target in wanted.Indexes())
        {
            foreach (var gap in done[target].Missing(all))
            {
                Toggle(edges, gap.Start, target);
                Toggle(edges, gap.End, target);
            }
        }

        return Cut(edges);
    }

    /// <summary>A target begins or ends to miss something at an edge; both at once is neither.</summary>
    private static void Toggle(SortedDictionary<long, TargetMask> edges, long at, int target)
    {
        var mask = edges.GetValueOrDefault(at);
        edges[at] = mask.Contains(target) ? mask.Without(target) : mask.With(target);
    }

    private static ImmutableArray<PlanRun> Cut(SortedDictionary<long, TargetMask> edges)
    {
        var runs = ImmutableArray.CreateBuilder<PlanRun>();
        var (start, missing) = (0L, TargetMask.None);
        foreach (var (at, changed) in edges)
        {
            if (changed.IsEmpty)
            {
                continue;
            }

            if (!missing.IsEmpty)
            {
                runs.Add(new PlanRun(SectorRange.Between(start, at), missing));
            }

            (start, missing) = (at, new TargetMask(missing.Bits ^ changed.Bits));
        }

        return runs.ToImmutable();
    }
}
