using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Copies between an origin and stores as jobs of the copy engine, and what their ends mean. Pure.</summary>
internal static class SnapshotCopies
{
    /// <summary>The largest segment: what a copy moves in one piece at full speed.</summary>
    private static readonly ByteCount MaxSegmentSize = 1.MiB;

    /// <summary>An origin's own client. What it is asked for is bounded by the exceptions under way.</summary>
    public static KcopydClientOptions ClientOptions(OriginOptions options) => new()
    {
        PageBudget = options.PageBudget,
        BytesPerSecond = options.CopyRate,
        Percent = options.CopyPercent,
        QueueLimit = int.MaxValue,
        LoggerFactory = options.LoggerFactory,
    };

    /// <summary>A copy of a range to places on other devices; a target that fails is dropped.</summary>
    public static CopyRequest RequestOf(
        IBlockDevice source,
        SectorRange range,
        IEnumerable<(IBlockDevice Device, long Start)> targets,
        OriginOptions options) => CopyRequest.Copy(
            new IoRegion(source, range),
            [.. targets.Select(target => new IoRegion(target.Device, SectorRange.Create(target.Start, range.Count)))])
            with
        {
            Options = new CopyOptions
            {
                SegmentSize = WholePages(options.PageBudget),
                OnTargetError = OnTargetError.Drop,
            },
        };

    /// <summary>A bit for each target that cannot be relied on.</summary>
    public static long FailedOf(CopyCompleted completed)
    {
        var isGood = completed.Outcome is CopyOutcome.Completed or CopyOutcome.CompletedWithErrors;
        return isGood ? (long)completed.WriteErrors : -1;
    }

    /// <summary>What failed first, as a sentence that names the device and where. Of what was never read nothing was
    /// written: a read that failed is the cause.</summary>
    public static string? ReasonOf(CopyCompleted completed) => completed.Details
        .OrderByDescending(failure => completed.ReadError && failure.Kind == CopyFailureKind.Read)
        .FirstOrDefault()?.Reason;

    private static ByteCount WholePages(ByteCount size) => new(
        Math.Clamp(size.Value, PageBudget.PageSize, MaxSegmentSize.Value) / PageBudget.PageSize * PageBudget.PageSize);
}
