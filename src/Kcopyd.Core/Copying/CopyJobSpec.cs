using Kcopyd.Core.Paging;

namespace Kcopyd.Core.Copying;

/// <summary>What a job is about, as far as decisions go.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="SectorCount">How many sectors it is about.</param>
/// <param name="TargetCount">How many targets it has.</param>
/// <param name="Options">How it is done.</param>
public sealed record CopyJobSpec(CopyJobKind Kind, long SectorCount, int TargetCount, CopyOptions Options)
{
    /// <summary>
    /// The first sector of the source region on its device: what failures of the source count from there.
    /// </summary>
    public long SourceStart { get; init; }

    /// <summary>
    /// What is compared at a time, in sectors: whole pages, so that every position suits every device.
    /// </summary>
    /// <remarks>
    /// Comparing holds two buffers, which together are no more than one segment, save for a segment of one page.
    /// </remarks>
    public long CompareSectors { get; init; } =
        Math.Max(Options.SegmentSize.Value / 2 / PageBudget.PageSize, 1) * PageBudget.PageSize / Sectors.Size;

    /// <summary>The pages that the job needs at once: with fewer in the budget it could wait for ever.</summary>
    public int LeastPages => Math.Max(
        Kind == CopyJobKind.Verify ? 0 : PageBudget.PagesFor(Options.SegmentSize.Value),
        Kind == CopyJobKind.Verify || Options.Verify ? 2 * PageBudget.PagesFor(Sectors.ToBytes(CompareSectors)) : 0);
}
