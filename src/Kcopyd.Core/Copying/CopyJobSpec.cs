using Kcopyd.Core.Paging;

namespace Kcopyd.Core.Copying;

/// <summary>What a job is about, as far as decisions go.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="SectorCount">How many sectors it is about.</param>
/// <param name="TargetCount">How many targets it has.</param>
/// <param name="Options">How it is done.</param>
public sealed record CopyJobSpec(CopyJobKind Kind, long SectorCount, int TargetCount, CopyOptions Options)
{
    /// <summary>The first sector of the source region on its device: what failures of the source count from there.</summary>
    public long SourceStart { get; init; }

    /// <summary>What is compared at a time, in sectors: whole pages. Comparing holds two buffers, which together are no more than
    /// one segment of two pages or more, so that a budget of one segment does for everything.</summary>
    public long CompareSectors { get; init; } =
        Math.Max(1, Options.SegmentSize.Value / 2 / PageBudget.PageSize) * PageBudget.PageSize / Sectors.Size;
}
