using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

/// <summary>A job whose test says what happens, step by step. Segments are of 4 KiB, eight sectors.</summary>
internal sealed class ScriptedJob
{
    public const int SegmentSectors = 8;

    private static readonly SectorRange FirstSegment = SectorRange.Create(0, SegmentSectors);

    public static readonly CopyOptions Small = new() { SegmentSize = 4.KiB };

    public ScriptedJob(
        int segments,
        CopyOptions? options = null,
        int targets = 1,
        CopyJobKind kind = CopyJobKind.Copy,
        long sourceStart = 0)
        : this(new CopyJobSpec(kind, segments * SegmentSectors, targets, options ?? Small)
        {
            SourceStart = sourceStart,
        })
    {
    }

    public ScriptedJob(CopyJobSpec spec) => State = CopyJobState.Create(spec);

    public CopyJobState State { get; private set; }

    /// <summary>Every effect so far, in order.</summary>
    public List<CopyJobEffect> Effects { get; } = [];

    /// <summary>Every segment that was begun so far, in order.</summary>
    public List<Segment> Begun { get; } = [];

    public CopyOutcome Outcome => Assert.Single(Effects.OfType<CopyJobEffect.Finish>()).Outcome;

    public ScriptedJob Start() => Send(new CopyJobEvent.Started());

    public ScriptedJob Pause() => Send(new CopyJobEvent.PauseRequested());

    public ScriptedJob Resume() => Send(new CopyJobEvent.ResumeRequested());

    public ScriptedJob Cancel() => Send(new CopyJobEvent.CancelRequested());

    public ScriptedJob Settle(int begun, SegmentResult? result = null) =>
        Send(new CopyJobEvent.SegmentSettled(Begun[begun], result ?? SegmentResult.Clean));

    public ScriptedJob Return(int begun) => Send(new CopyJobEvent.SegmentReturned(Begun[begun]));

    public ScriptedJob Lose(int begun) => Send(new CopyJobEvent.SegmentLost(Begun[begun], "a part died"));

    public ScriptedJob FailRead(int begun) =>
        Settle(begun, new SegmentResult { ReadFailure = Unreadable(Begun[begun].Range) });

    public ScriptedJob FailTargets(int begun, params int[] targets) =>
        Settle(begun, new SegmentResult { TargetFailures = Failures(CopyFailureKind.Write, targets) });

    public ScriptedJob Flush(params int[] failing) =>
        Send(new CopyJobEvent.TargetsFlushed(Failures(CopyFailureKind.Flush, failing)));

    public ScriptedJob Confirm(params int[] vanished) =>
        Send(new CopyJobEvent.DevicesConfirmed(Failures(CopyFailureKind.Vanished, vanished)));

    /// <summary>Settles everything that was begun from a place on, until nothing new begins.</summary>
    public ScriptedJob SettleAll(int from = 0)
    {
        for (var i = from; i < Begun.Count; i++)
        {
            Settle(i);
        }

        return this;
    }

    public ScriptedJob Send(CopyJobEvent @event)
    {
        var (next, effects) = CopyJobTransitions.Apply(State, @event);
        State = next;
        Effects.AddRange(effects);
        Begun.AddRange(effects.OfType<CopyJobEffect.StartSegment>().Select(effect => effect.Segment));

        // Nothing can go wrong with dropping caches, so it is answered at once.
        return effects.OfType<CopyJobEffect.DropCaches>().Any() ? Send(new CopyJobEvent.CachesDropped()) : this;
    }

    public static CopyFailure Unreadable(SectorRange range) =>
        new(CopyFailureKind.Read, null, range, 5, false, "unreadable");

    public static ImmutableArray<CopyFailure> Failures(CopyFailureKind kind, params int[] targets) =>
        [.. targets.Select(target => new CopyFailure(kind, target, FirstSegment, 5, false, "failed"))];
}
