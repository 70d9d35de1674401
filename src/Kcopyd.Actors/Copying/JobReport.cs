using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>What a job tells about itself: its positions on the way and its result at the end. Belongs to its job
/// actor.</summary>
internal sealed class JobReport
{
    private readonly CopyJobSetup _setup;
    private readonly ITimeProvider _clock;
    private readonly TransferTotals _totals;
    private ProgressMeter _meter;
    private long _done;

    public JobReport(CopyJobSetup setup, ITimeProvider clock)
    {
        _setup = setup;
        _clock = clock;
        _totals = new TransferTotals(setup.Request.Targets.Length);
        _meter = new ProgressMeter(clock.MonotonicClock);
    }

    /// <summary>The bytes of a segment that the source has; all of them where there is no source.</summary>
    public int ValidBytes(Segment segment) => _setup.Request.Source is { } source
        ? SegmentGeometry.ValidBytes(source.Device, segment.Range.Shift(source.Range.Start))
        : (int)segment.Range.CountBytes;

    /// <summary>Counts what was read and written for a segment that is over.</summary>
    public void Add(SegmentRun run)
    {
        var read = run.Read?.ReadBytes ?? 0;
        _totals.AddRead(read);
        CopyMetrics.BytesRead.Add(read);
        foreach (var (target, bytes) in run.Written)
        {
            _totals.AddWritten(target, bytes);
            CopyMetrics.BytesWritten.Add(bytes);
        }
    }

    public void SetFlushed(TargetMask flushed, ImmutableArray<CopyFailure> failures) => _totals.SetFlushed(
        failures.Aggregate(flushed, (mask, failure) => mask.Without(failure.Target!.Value)));

    public CopyProgress Progress(CopyJobState state, bool isStalled)
    {
        var total = new ByteCount(TotalSectors(state) * Sectors.Size);

        // What is compared may be less than what was copied; where it is, the end is the end.
        var done = (state.CopiedSectors + state.ComparedSectors) * Sectors.Size;
        _done = Math.Max(_done, Math.Min(done, total.Value));
        _meter = _meter.See(_clock.MonotonicClock, _done);
        return new CopyProgress(_setup.Id, StatusOf(state, isStalled), total, new ByteCount(_done))
        {
            Read = new ByteCount(_totals.Read),
            BytesPerSecond = _meter.BytesPerSecond,
            Remaining = _meter.Remaining(total.Value),
            FailureCount = state.FailureCount,
            Targets = _totals.Map(target => new CopyTargetProgress(
                Uri(target),
                new ByteCount(_totals.Written(target)),
                new ByteCount(_totals.Flushed(target)),
                StateOf(state, target))),
        };
    }

    public CopyCompleted Completed(CopyJobState state) =>
        new(_setup.Id, state.Outcome, state.ReadError, state.WriteErrors.Bits)
        {
            Sectors = _setup.Spec.SectorCount,
            BytesRead = _totals.Read,
            Details = [.. state.Failures],
            FailureCount = state.FailureCount,
            ZeroedRanges = [.. state.Zeroed.Select(failure => failure.Range)],
            Elapsed = _clock.MonotonicClock - _setup.AcceptedAt,
            Targets = _totals.Map(target => new CopyTargetResult(
                Uri(target), _totals.Written(target), _totals.Flushed(target), StateOf(state, target))),
        };

    private static CopyTargetState StateOf(CopyJobState state, int target)
    {
        if (state.Dropped.Contains(target))
        {
            return CopyTargetState.Dropped;
        }

        return state.WriteErrors.Contains(target) ? CopyTargetState.Failed : CopyTargetState.Good;
    }

    private static CopyJobStatus StatusOf(CopyJobState state, bool isStalled) => state switch
    {
        { Phase: CopyPhase.Ended } => CopyJobStatus.Ended,
        { IsPaused: true } => CopyJobStatus.Paused,
        { Intent: CopyIntent.Pause } => CopyJobStatus.Pausing,
        { Intent: CopyIntent.Cancel or CopyIntent.Fail } => CopyJobStatus.Ending,
        _ when isStalled => CopyJobStatus.Stalled,
        { Phase: CopyPhase.Flushing } => CopyJobStatus.Flushing,
        { Phase: CopyPhase.Verifying } => CopyJobStatus.Verifying,
        _ => CopyJobStatus.Running,
    };

    private static long TotalSectors(CopyJobState state)
    {
        var passes = state.Spec.Kind != CopyJobKind.Verify && state.Spec.Options.Verify ? 2 : 1;
        return state.Spec.SectorCount * passes;
    }

    private string Uri(int target) => _setup.Request.Targets[target].Device.Identity.Uri;
}
