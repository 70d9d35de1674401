using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Mirrors;
using Kcopyd.Core.Paging;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Works on regions as jobs of the copy engine, and what their ends mean. Pure.</summary>
internal static class MirrorWorks
{
    /// <summary>The largest segment of a recovery: what a copy moves in one piece at full speed.</summary>
    private static readonly ByteCount MaxSegmentSize = 1.MiB;

    /// <summary>A mirror's own client.</summary>
    public static KcopydClientOptions ClientOptions(MirrorOptions options) => new()
    {
        PageBudget = options.PageBudget,
        BytesPerSecond = options.RecoveryRate,
        LoggerFactory = options.LoggerFactory,
    };

    /// <summary>A work as a job: a copy, or a comparison.</summary>
    public static CopyRequest RequestOf(RegionWork work, MirrorLeg[] legs, MirrorOptions options)
    {
        var isCheck = work.Kind == RegionWorkKind.Check;
        var settings = new CopyOptions
        {
            SegmentSize = isCheck ? CheckSegment(work, options) : WholePages(options.PageBudget),
            OnTargetError = OnTargetError.Drop,
        };
        var source = legs[work.Source].RegionOf(work.Range);
        ImmutableArray<Devices.IoRegion> targets =
            [.. work.Targets.Legs().Select(leg => legs[leg].RegionOf(work.Range))];
        var request = isCheck
            ? CopyRequest.Verify(source, targets)
            : CopyRequest.Copy(source, targets);
        return request with { Options = settings };
    }

    /// <summary>A comparison names one range of a segment, and holds both sides: a segment is at most a region, so that
    /// a mismatch is that of its region, and half of the memory.</summary>
    private static ByteCount CheckSegment(RegionWork work, MirrorOptions options)
    {
        var region = new ByteCount(work.Range.CountBytes / work.Regions.Count);
        var half = new ByteCount(options.PageBudget.Value / 2);
        return WholePages(region < half ? region : half);
    }

    private static ByteCount WholePages(ByteCount size) => new(
        Math.Clamp(size.Value, PageBudget.PageSize, MaxSegmentSize.Value) / PageBudget.PageSize * PageBudget.PageSize);

    /// <summary>What the end of a job means for the legs.</summary>
    public static WorkOutcome OutcomeOf(RegionWork work, CopyCompleted completed)
    {
        if (completed.Outcome is CopyOutcome.Cancelled)
        {
            return new WorkOutcome(false, LegMask.None, WasCut: true);
        }

        var failed = LegMask.None;
        var index = 0;
        foreach (var leg in work.Targets.Legs())
        {
            failed = (completed.WriteErrors >> index & 1) != 0 ? failed.With(leg) : failed;
            index++;
        }

        // A job that failed without blaming anyone did nothing that can be relied on.
        var isUnexplained = completed.Outcome is not (CopyOutcome.Completed or CopyOutcome.CompletedWithErrors)
            && !completed.ReadError
            && failed.IsEmpty;
        return new WorkOutcome(completed.ReadError, isUnexplained ? work.Targets : failed);
    }
}
