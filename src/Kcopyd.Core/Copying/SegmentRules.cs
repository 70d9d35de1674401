namespace Kcopyd.Core.Copying;

/// <summary>What becomes of a segment at each step. Pure.</summary>
public static class SegmentRules
{
    /// <summary>
    /// Whether what a reader brought is written: an error without permission to ignore it writes nothing.
    /// </summary>
    public static bool IsWritten(CopyOptions options, CopyFailure? readFailure)
    {
        ArgumentNullException.ThrowIfNull(options);
        return readFailure is null || options.ErrorsAreIgnored;
    }

    /// <summary>How many pages a segment needs: none for zeros, two buffers for a comparison.</summary>
    public static int PagesFor(Segment segment)
    {
        var pages = Paging.PageBudget.PagesFor(segment.Range.CountBytes);
        return segment.Kind switch
        {
            SegmentKind.Zero => 0,
            SegmentKind.Compare => 2 * pages,
            _ => pages,
        };
    }

    /// <summary>
    /// What a segment counts for the rate limit, in bytes: what it reads, or, of a zero job, what it writes.
    /// </summary>
    public static long RateBytesFor(CopyJobSpec spec, Segment segment)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return segment.Kind == SegmentKind.Zero && spec.Kind != CopyJobKind.Zero ? 0 : segment.Range.CountBytes;
    }
}
