namespace Kcopyd.Core.Mirrors;

/// <summary>Changes to the log that are written together.</summary>
/// <param name="Number">Counts up from 1.</param>
/// <param name="Marked">Regions whose bit is to be cleared: they may differ from now on. Applied after
/// <paramref name="Cleaned"/>.</param>
/// <param name="Cleaned">Regions whose bit is to be set: they are equal and durable on all legs.</param>
/// <remarks>With marks it is durable when it is committed. Without, it may be lost: that costs a recovery.</remarks>
public sealed record LogCommit(long Number, IReadOnlyList<RegionRun> Marked, IReadOnlyList<RegionRun> Cleaned)
{
    /// <summary>Makes the changes to the clean regions of a log.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has no such regions.</exception>
    public void ApplyTo(RegionBits clean)
    {
        foreach (var region in RegionsOf(Cleaned))
        {
            clean.Set(region);
        }

        foreach (var region in RegionsOf(Marked))
        {
            clean.Clear(region);
        }
    }

    /// <summary>Makes the changes to an image of a log on disk.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has no such regions.</exception>
    public void ApplyTo(DirtyLogImage image)
    {
        foreach (var region in RegionsOf(Cleaned))
        {
            image.MarkClean(region);
        }

        foreach (var region in RegionsOf(Marked))
        {
            image.MarkDirty(region);
        }
    }

    private static IEnumerable<long> RegionsOf(IReadOnlyList<RegionRun> runs)
    {
        foreach (var run in runs)
        {
            for (var region = run.First; region <= run.Last; region++)
            {
                yield return region;
            }
        }
    }
}
