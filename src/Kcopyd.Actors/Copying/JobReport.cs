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
    private ProgressMeter _meter;
    private long _done;

    public JobReport(CopyJobSetup setup, ITimeProvider clock)
    {
        _setup = setup;
        _clock = clock;
        Totals = new TransferTotals(setup.Request.Targets.Length);
        _meter = new ProgressMeter(clock.MonotonicClock);
    }

    /// <summary>What was read, written, flushed and journaled.</summary>
    public TransferTotals Totals { get; }

    /// <summary>The bytes of a segment that the source has; all of them where there is no source.</summary>
    public int ValidBytes(Segment segment) => _setup.Request.Source is { } source
        ? SegmentGeometry.ValidBytes(source.Device, segment.Range.Shift(source.Range.Start))
        : (int)segment.Range.CountBytes;

    /// <summary>Counts what was read and written for a segment that is over.</summary>
    public void Add(SegmentRun run)
    {
        var read = run.Read?.ReadBytes ?? 0;
        Totals.AddRead(read);
        CopyMetrics.BytesRead.Add(read);
        foreach (var (target, bytes) in run.Written)
        {
            Totals.AddWritten(target, bytes);
            CopyMetrics.BytesWritten.Add(bytes);
        }
    }

    /// <summary>Earlier runs did a part, which is no speed of this one.</summary>
    public void Resume(CopyJobState state, ImmutableArray<long> keptBytes)
    {
        Totals.Keep(keptBytes);
        _meter = new ProgressMeter(_clock.MonotonicClock, state.CopiedSectors * Sectors.Size);
    }

    /// <summary>Bytes a second, lately.</summary>
    public double BytesPerSecond(CopyJobState state) => See(state).BytesPerSecond;

    public CopyProgress Progress(CopyJobState state, bool isStalled)
    {
        var total = TotalBytes(state);
        See(state);
        return new CopyProgress(_setup.Id, StatusOf(state, isStalled), total, new ByteCount(_done))
        {
            Read = new ByteCount(Totals.Read),
            BytesPerSecond = _meter.BytesPerSecond,
            Remaining = _meter.Remaining(total.Value),
            FailureCount = state.FailureCount,
            Targets = Totals.Map(target => new CopyTargetProgress(
                Uri(target),
                new ByteCount(Totals.Kept(target) + Totals.Written(target)),
                new ByteCount(Totals.Kept(target) + Totals.Flushed(target)),
                StateOf(state, target))
            {
                Journaled = new ByteCount(Totals.Kept(target) + Totals.Journaled(target)),
                Kept = new ByteCount(Totals.Kept(target)),
            }),
        };
    }

    public CopyCompleted Completed(CopyJobState state) =>
        new(_setup.Id, state.Outcome, state.ReadError, state.WriteErrors.Bits)
        {
            Sectors = _setup.Spec.SectorCount,
            BytesRead = Totals.Read,
            Details = [.. state.Failures],
            FailureCount = state.FailureCount,
            ZeroedRanges = [.. state.Zeroed.Select(failure => failure.Range)],
            Elapsed = _clock.MonotonicClock - _setup.AcceptedAt,
            Targets = Totals.Map(target => new CopyTargetResult(
                Uri(target), Totals.Written(target), Totals.Flushed(target), StateOf(state, target))
            {
                BytesKept = Totals.Kept(target),
            }),
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
        { Hold: CopyHold.Writes } => CopyJobStatus.Paused,
        { Intent: CopyIntent.Pause } => CopyJobStatus.Pausing,
        { Intent: CopyIntent.Cancel or CopyIntent.Fail } => CopyJobStatus.Ending,
        { Phase: CopyPhase.Queued } => CopyJobStatus.Queued,
        _ when isStalled => CopyJobStatus.Stalled,
        { Phase: CopyPhase.Flushing } => CopyJobStatus.Flushing,
        { Phase: CopyPhase.Verifying } => CopyJobStatus.Verifying,
        _ => CopyJobStatus.Running,
    };

    private static ByteCount TotalBytes(CopyJobState state)
    {
        var passes = state.Spec.Kind != CopyJobKind.Verify && state.Spec.Options.Verify ? 2 : 1;
        return new ByteCount(state.Spec.SectorCount * passes * Sectors.Size);
    }

    private ProgressMeter See(CopyJobState state)
    {
        // What is compared may be less than what was copied; where it is, the end is the end.
        var done = (state.CopiedSectors + state.ComparedSectors) * Sectors.Size;
        _done = Math.Max(_done, Math.Min(done, TotalBytes(state).Value));
        _meter = _meter.See(_clock.MonotonicClock, _done);
        return _meter;
    }

    private string Uri(int target) => _setup.Request.Targets[target].Device.Identity.Uri;
}
