using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Mirrors;

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
        var segment = options.PageBudget < MaxSegmentSize ? options.PageBudget : MaxSegmentSize;
        var settings = new CopyOptions { SegmentSize = segment, OnTargetError = OnTargetError.Drop };
        var source = legs[work.Source].RegionOf(work.Range);
        ImmutableArray<Devices.IoRegion> targets =
            [.. work.Targets.Legs().Select(leg => legs[leg].RegionOf(work.Range))];
        var request = work.Kind == RegionWorkKind.Check
            ? CopyRequest.Verify(source, targets)
            : CopyRequest.Copy(source, targets);
        return request with { Options = settings };
    }

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
