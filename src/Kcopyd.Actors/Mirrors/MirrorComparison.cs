using System.Collections.Immutable;
using Kcopyd.Core;

namespace Kcopyd.Actors.Mirrors;

/// <summary>What a comparison of the legs found.</summary>
/// <param name="Regions">Regions that were compared.</param>
/// <param name="Skipped">Regions that were not, since they are out of sync.</param>
/// <param name="Mismatched">Regions in which legs differ, or could not be read; of regions smaller than a page, all
/// between two that do on one page.</param>
/// <param name="Ranges">Where, the first <see cref="MaxRanges"/> ranges, in sectors of the mirror, joined where they
/// touch.</param>
public sealed record MirrorComparison(
    long Regions, long Skipped, long Mismatched, ImmutableArray<SectorRange> Ranges)
{
    /// <summary>The most ranges that are kept.</summary>
    public const int MaxRanges = 1_000;
}
