using System.Collections.Immutable;

namespace Kcopyd.Core.Copying;

/// <summary>What an error means for a job, by its options. Pure.</summary>
internal static class CopyErrors
{
    /// <summary>The state after a segment was copied or zeroed with this result.</summary>
    public static CopyJobState Apply(CopyJobState state, SegmentResult result)
    {
        var next = state;
        if (result.ReadFailure is { } failure)
        {
            next = Record(next with { ReadError = true }, [failure]);
            next = next.Spec.Options.ErrorsAreIgnored ? next : Fail(next);
        }

        next = result.Zeroed.IsEmpty ? next : Salvage(next, result.Zeroed);
        return FailTargets(next, result.TargetFailures);
    }

    /// <summary>The state after a segment was compared with this result.</summary>
    /// <remarks>
    /// A comparison goes on past failures, since who asks wants to know all of them; but what could not be compared
    /// was not verified, so the job fails at its end unless it was told to bear errors or to drop targets.
    /// </remarks>
    public static CopyJobState ApplyComparison(CopyJobState state, SegmentResult result)
    {
        ImmutableArray<CopyFailure> source = result.ReadFailure is { } failure ? [failure] : [];
        var options = state.Spec.Options;
        var next = Record(state with { ReadError = state.ReadError || !source.IsEmpty }, source);
        next = Record(next, result.TargetFailures.RemoveAll(Drops));
        var unverified = next.FailureCount > state.FailureCount && !options.ErrorsAreIgnored;
        next = next with { FailsAtEnd = next.FailsAtEnd || unverified };
        return FailTargets(next, result.TargetFailures.RemoveAll(f => !Drops(f)));

        bool Drops(CopyFailure target) =>
            options.OnTargetError == OnTargetError.Drop && target.Kind != CopyFailureKind.Mismatch;
    }

    /// <summary>The state after targets failed.</summary>
    public static CopyJobState FailTargets(CopyJobState state, ImmutableArray<CopyFailure> failures)
    {
        if (failures.IsEmpty)
        {
            return state;
        }

        var next = Record(state, failures);
        if (next.Spec.Options.OnTargetError == OnTargetError.Drop)
        {
            next = next with { Dropped = next.Dropped.Or(TargetsOf(failures)) };
            return next.LiveTargets.IsEmpty ? Fail(next) : next;
        }

        return next.Spec.Options.ErrorsAreIgnored ? next : Fail(next);
    }

    /// <summary>Keeps failures, as many as fit, and the bits of the targets that they name.</summary>
    public static CopyJobState Record(CopyJobState state, ImmutableArray<CopyFailure> failures)
    {
        var room = CopyJobState.MaxFailures - state.Failures.Count;
        return state with
        {
            WriteErrors = state.WriteErrors.Or(TargetsOf(failures)),
            Failures = room > 0 ? state.Failures.AddRange(failures.Take(room)) : state.Failures,
            FailureCount = state.FailureCount + failures.Length,
            FailsAtEnd = state.FailsAtEnd || failures.Any(failure => IsFatal(state.Spec, failure)),
        };
    }

    private static CopyJobState Salvage(CopyJobState state, ImmutableArray<CopyFailure> zeroed)
    {
        var limit = state.Spec.Options.SalvageLimit;
        var list = state.Zeroed;
        CopyFailure? beyond = null;
        foreach (var failure in zeroed)
        {
            var joined = ZeroedRanges.Join(list, failure);
            beyond ??= joined.Count > limit ? failure : null;
            list = joined.Count > limit ? list : joined;
        }

        var next = Record(state with { ReadError = true, Zeroed = list }, zeroed);
        if (beyond is null || state.Intent is CopyIntent.Fail or CopyIntent.Cancel)
        {
            return next;
        }

        var reason = $"More than {limit} ranges of the source are unreadable.";
        return Fail(Record(
            next, [new CopyFailure(CopyFailureKind.SalvageLimit, null, beyond.Range, 0, false, reason)]));
    }

    /// <summary>Whether no option bears this: the job fails at its end even where nothing stops for it.</summary>
    private static bool IsFatal(CopyJobSpec spec, CopyFailure failure) =>
        spec.Kind == CopyJobKind.Verify
        || failure.Kind is CopyFailureKind.Mismatch or CopyFailureKind.Engine
        || failure is { Kind: CopyFailureKind.Vanished, Target: null };

    private static CopyJobState Fail(CopyJobState state) =>
        state.Intent == CopyIntent.Cancel ? state : state with { Intent = CopyIntent.Fail };

    private static TargetMask TargetsOf(ImmutableArray<CopyFailure> failures) =>
        failures.Aggregate(
            TargetMask.None, (mask, failure) => failure.Target is { } target ? mask.With(target) : mask);
}
