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
        };
    }

    /// <summary>Whether failures that stopped nothing fail the job at its end.</summary>
    public static bool AreFatal(CopyJobState state) =>
        state.Failures.Any(failure => failure.Kind is CopyFailureKind.Mismatch or CopyFailureKind.Engine)
        || (state.Spec.Kind == CopyJobKind.Verify && state.FailureCount > 0)
        || state.Failures.Any(failure => failure is { Kind: CopyFailureKind.Vanished, Target: null });

    private static CopyJobState Salvage(CopyJobState state, ImmutableArray<CopyFailure> zeroed)
    {
        var next = Record(state with { ReadError = true, Zeroed = state.Zeroed.AddRange(zeroed) }, zeroed);
        var limit = state.Spec.Options.SalvageLimit;
        if (next.Zeroed.Count <= limit)
        {
            return next;
        }

        var reason = $"More than {limit} ranges of the source are unreadable.";
        return Fail(Record(
            next, [new CopyFailure(CopyFailureKind.SalvageLimit, null, zeroed[^1].Range, 0, false, reason)]));
    }

    private static CopyJobState Fail(CopyJobState state) =>
        state.Intent == CopyIntent.Cancel ? state : state with { Intent = CopyIntent.Fail };

    private static TargetMask TargetsOf(ImmutableArray<CopyFailure> failures) =>
        failures.Aggregate(
            TargetMask.None, (mask, failure) => failure.Target is { } target ? mask.With(target) : mask);
}
