using System.Collections.Immutable;
using System.Diagnostics;

namespace Kcopyd.Core.Copying;

/// <summary>Decides everything about a job: what is next, what an error means, when it is over. Pure.</summary>
/// <remarks>
/// Invariants: a segment is begun only while the intent is to proceed; the phase changes only when nothing is in
/// flight; an intent to end waits for what is in flight and is never taken back; exactly one
/// <see cref="CopyJobEffect.Finish"/> is told; what was taken back is begun again before anything later, so a resume
/// waits until nothing is in flight.
/// </remarks>
public static class CopyJobTransitions
{
    private static readonly CopyJobEffect Withdraw = new CopyJobEffect.WithdrawRequests();

    /// <summary>
    /// The state after an event, and what is to be done. An event that comes too late changes nothing.
    /// </summary>
    public static CopyJobTransition Apply(CopyJobState state, CopyJobEvent @event)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Phase == CopyPhase.Ended)
        {
            return new CopyJobTransition(state, []);
        }

        var effects = ImmutableArray.CreateBuilder<CopyJobEffect>();
        var next = @event switch
        {
            CopyJobEvent.Started => state.Phase == CopyPhase.Queued ? Begin(state) : state,
            CopyJobEvent.StatusKnown e => StatusKnown(Answered(state, CopyPhase.Copying), e.Status),
            CopyJobEvent.SegmentSettled e => Settle(Over(state), e.Segment, e.Result),
            CopyJobEvent.SegmentReturned e => Return(Over(state), e.Segment),
            CopyJobEvent.SegmentLost e => Lose(Over(state), e.Segment, e.Reason),
            CopyJobEvent.TargetsFlushed e => Flushed(Answered(state, CopyPhase.Flushing), e.Failures),
            CopyJobEvent.CachesDropped => Answered(state, CopyPhase.Verifying) with { AreCachesDropped = true },
            CopyJobEvent.DevicesConfirmed e => Confirmed(Answered(state, CopyPhase.Confirming), e.Failures),
            CopyJobEvent.TargetsFailed e => CopyErrors.FailTargets(state, e.Failures),
            CopyJobEvent.HoldChanged e => state with { Hold = e.Hold },
            CopyJobEvent.Forbidden e => Forbid(state, e.Failure),
            CopyJobEvent.Refused e => Refuse(state, e.Failure),
            CopyJobEvent.PauseRequested => Intend(state, CopyIntent.Pause),
            CopyJobEvent.ResumeRequested => Resume(state),
            CopyJobEvent.CancelRequested => Intend(state, CopyIntent.Cancel),
            _ => throw new UnreachableException($"{state.Phase} x {@event}"),
        };

        // Whoever wants to stop does not wait for pages that others hold.
        var rests = next.Intent != CopyIntent.Proceed || next.Hold == CopyHold.Writes;
        if (rests && !next.IsDraining && next.InFlight > 0)
        {
            effects.Add(Withdraw);
        }

        next = next with { IsDraining = next.InFlight > 0 && (next.IsDraining || rests) };
        return new CopyJobTransition(Advance(next, effects), effects.DrainToImmutable());
    }

    /// <summary>The answer that was waited for came, in the phase that asked.</summary>
    private static CopyJobState Answered(CopyJobState state, CopyPhase phase)
    {
        Invariant.Holds(state.IsAwaiting);
        Invariant.Holds(state.Phase == phase);
        return state with { IsAwaiting = false };
    }

    /// <summary>A segment that was begun is not in flight any more.</summary>
    private static CopyJobState Over(CopyJobState state)
    {
        Invariant.Holds(state.InFlight > 0);
        return state with { InFlight = state.InFlight - 1 };
    }

    private static CopyJobState StatusKnown(CopyJobState state, ImmutableArray<StatusRun> status) =>
        state with { Plan = state.Plan.WithStatus(status) };

    private static CopyJobState Begin(CopyJobState state)
    {
        var spec = state.Spec;
        return spec.Kind == CopyJobKind.Verify
            ? BeginCompare(state)
            : state with
            {
                Phase = CopyPhase.Copying,
                Plan = new CopyPlan(
                    state.Missing,
                    spec.Options.SegmentSize.Value / Sectors.Size,
                    spec.Kind == CopyJobKind.Zero ? SegmentKind.Zero : SegmentKind.Data)
                {
                    FollowsStatus = spec.Options.Sparse && spec.Kind == CopyJobKind.Copy,
                },
            };
    }

    private static CopyJobState BeginCompare(CopyJobState state)
    {
        // What could not be read cannot be compared, and who already failed differs for a known reason.
        var readable = new ExtentSet([SectorRange.Create(0, state.Spec.SectorCount)]);
        foreach (var zeroed in state.Zeroed)
        {
            readable.Remove(zeroed.Range.Shift(-state.Spec.SourceStart));
        }

        var targets = state.LiveTargets.Except(state.WriteErrors);
        return state with
        {
            Phase = CopyPhase.Verifying,
            Plan = new CopyPlan(
                [.. readable.Select(range => new PlanRun(range, targets))],
                state.Spec.CompareSectors,
                SegmentKind.Compare),
        };
    }

    private static CopyJobState Settle(CopyJobState state, Segment segment, SegmentResult result) =>
        state.Phase == CopyPhase.Verifying
            ? CopyErrors.ApplyComparison(
                state with { ComparedSectors = state.ComparedSectors + segment.Range.Count }, result)
            : CopyErrors.Apply(
                state with { CopiedSectors = state.CopiedSectors + segment.Range.Count }, result);

    private static CopyJobState Return(CopyJobState state, Segment segment) =>
        state with { Returned = state.Returned.Add(segment.Index, segment) };

    private static CopyJobState Lose(CopyJobState state, Segment segment, string reason)
    {
        var again = segment with { Attempt = segment.Attempt + 1 };
        if (again.Attempt < CopyJobState.MaxAttempts)
        {
            return Return(state, again);
        }

        var failure = new CopyFailure(CopyFailureKind.Engine, null, segment.Range, 0, true, reason);
        return Intend(CopyErrors.Record(state, [failure]), CopyIntent.Fail);
    }

    private static CopyJobState Forbid(CopyJobState state, CopyFailure failure) =>
        state.Intent is CopyIntent.Fail or CopyIntent.Cancel
            ? state
            : CopyErrors.Record(state, [failure]) with { Intent = CopyIntent.Fail };

    private static CopyJobState Refuse(CopyJobState state, CopyFailure failure)
    {
        Invariant.Holds(state.Phase == CopyPhase.Queued);
        var next = CopyErrors.Record(state, [failure]);
        return next with { Intent = CopyIntent.Fail, IsRefused = true };
    }

    private static CopyJobState Flushed(CopyJobState state, ImmutableArray<CopyFailure> failures)
    {
        var next = CopyErrors.FailTargets(state, failures);
        return state.Spec.Options.Verify && next.Intent is not (CopyIntent.Fail or CopyIntent.Cancel)
            ? BeginCompare(next)
            : next with { Phase = CopyPhase.Confirming };
    }

    private static CopyJobState Confirmed(CopyJobState state, ImmutableArray<CopyFailure> failures)
    {
        var next = CopyErrors.FailTargets(state, failures.RemoveAll(failure => failure.Target is null));
        var source = failures.FirstOrDefault(failure => failure.Target is null);
        return End(source is null ? next : CopyErrors.Record(next, [source]));
    }

    private static CopyJobState Intend(CopyJobState state, CopyIntent intent) =>
        state.Intent is CopyIntent.Fail or CopyIntent.Cancel ? state : state with { Intent = intent };

    private static CopyJobState Resume(CopyJobState state) =>
        state.Intent == CopyIntent.Pause ? state with { Intent = CopyIntent.Proceed } : state;

    /// <summary>Goes as far as the state allows.</summary>
    private static CopyJobState Advance(CopyJobState state, ImmutableArray<CopyJobEffect>.Builder effects)
    {
        var next = state.Intent switch
        {
            CopyIntent.Proceed when !state.IsDraining => Proceed(state, effects),
            CopyIntent.Cancel or CopyIntent.Fail when state.IsQuiet => End(state),
            _ => state,
        };
        if (next.Phase == CopyPhase.Ended)
        {
            effects.Add(new CopyJobEffect.Finish(next.Outcome));
        }

        return next;
    }

    private static CopyJobState Proceed(CopyJobState state, ImmutableArray<CopyJobEffect>.Builder effects)
    {
        if (state.Hold != CopyHold.None)
        {
            return state;
        }

        var next = state;
        if (next is { Phase: CopyPhase.Verifying, AreCachesDropped: false })
        {
            return next.IsAwaiting ? next : Await(next, effects, new CopyJobEffect.DropCaches(next.LiveTargets));
        }

        while (next.Phase is CopyPhase.Copying or CopyPhase.Verifying
            && next.InFlight < next.Spec.Options.InFlight
            && TryTake(ref next, out var segment))
        {
            effects.Add(new CopyJobEffect.StartSegment(segment));
        }

        if (next.IsAwaiting || next.Phase is CopyPhase.Queued or CopyPhase.Ended)
        {
            return next;
        }

        return next.Phase switch
        {
            CopyPhase.Copying or CopyPhase.Verifying => ProceedWithPlan(next, effects),
            CopyPhase.Flushing => Await(next, effects, new CopyJobEffect.FlushTargets(next.LiveTargets)),
            _ => Await(next, effects, new CopyJobEffect.ConfirmDevices(next.LiveTargets)),
        };
    }

    private static CopyJobState ProceedWithPlan(CopyJobState state, ImmutableArray<CopyJobEffect>.Builder effects)
    {
        if (!state.Returned.IsEmpty)
        {
            return state;
        }

        switch (state.Plan.Next(state.Dropped))
        {
            case PlanStep.NeedsStatus needs:
                return Await(state, effects, new CopyJobEffect.AskStatus(needs.Range));
            case PlanStep.Done when state.InFlight == 0:
                var phase = state.Phase == CopyPhase.Copying && state.Spec.Options.FlushesAtEnd
                    ? CopyPhase.Flushing
                    : CopyPhase.Confirming;
                // What only dropped targets missed was left out.
                var copied = state.Phase == CopyPhase.Copying ? state.Spec.SectorCount : state.CopiedSectors;
                return Proceed(state with { Phase = phase, CopiedSectors = copied }, effects);
            default:
                return state;
        }
    }

    private static bool TryTake(ref CopyJobState state, out Segment segment)
    {
        while (!state.Returned.IsEmpty)
        {
            // A target may have been dropped since; what only such ones need is left out.
            segment = state.Returned.First().Value;
            segment = segment with { Targets = segment.Targets.Except(state.Dropped) };
            if (segment.Targets.IsEmpty)
            {
                state = state with { Returned = state.Returned.Remove(segment.Index) };
                continue;
            }

            state = state with { InFlight = state.InFlight + 1, Returned = state.Returned.Remove(segment.Index) };
            return true;
        }

        if (state.Plan.Next(state.Dropped) is not PlanStep.Next step)
        {
            segment = default;
            return false;
        }

        segment = step.Segment;
        state = state with { InFlight = state.InFlight + 1, Plan = step.Rest };
        return true;
    }

    private static CopyJobState Await(
        CopyJobState state, ImmutableArray<CopyJobEffect>.Builder effects, CopyJobEffect question)
    {
        effects.Add(question);
        return state with { IsAwaiting = true };
    }

    private static CopyJobState End(CopyJobState state) => state with
    {
        Phase = CopyPhase.Ended,
        Outcome = state switch
        {
            { IsRefused: true } => CopyOutcome.Blocked,
            { Intent: CopyIntent.Cancel } => CopyOutcome.Cancelled,
            { Intent: CopyIntent.Fail } => CopyOutcome.Failed,
            { FailsAtEnd: true } => CopyOutcome.Failed,
            { FailureCount: > 0 } => CopyOutcome.CompletedWithErrors,
            _ => CopyOutcome.Completed,
        },
    };
}
