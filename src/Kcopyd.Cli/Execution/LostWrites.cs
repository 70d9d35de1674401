using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Execution;

/// <summary>Says whether a journaled job that failed goes on by itself: the server of a target was gone for a while,
/// and with it what it had not flushed, which is written again from the last checkpoint.</summary>
/// <remarks>A server that loses everything again and again is given up.</remarks>
internal sealed class LostWrites
{
    /// <summary>Decided: three. Because: a server that is started again may be lost a second time right after; one that
    /// loses more is ill, and somebody should know.</summary>
    private const int FruitlessRuns = 3;

    private readonly List<string> _notices = [];
    private long _safeBytes = -1;
    private int _fruitless;

    /// <summary>What there was to say of runs that were not reported.</summary>
    internal IReadOnlyList<string> Notices => _notices;

    /// <summary>A run is not reported, because another one follows.</summary>
    internal void Keep(IEnumerable<string> notices) => _notices.AddRange(notices);

    /// <summary>A run of the job is over.</summary>
    /// <returns>Whether another one may begin, if the targets are there.</returns>
    internal bool GoesOn(CopyCompleted completed)
    {
        if (completed is not { Outcome: CopyOutcome.Failed, Details.IsEmpty: false }
            || !completed.Details.All(IsOfLoss)
            || completed.Targets.Any(static target => target.State == CopyTargetState.Dropped))
        {
            return false;
        }

        var safe = completed.Targets.Sum(static target => target.BytesKept + target.BytesFlushed);
        _fruitless = safe > _safeBytes ? 0 : _fruitless + 1;
        _safeBytes = safe;
        return _fruitless < FruitlessRuns;
    }

    /// <summary>What a device means that is not what was recorded, in the runs after the first: the same, but what
    /// begins afresh does so once.</summary>
    internal static JobStartPolicy PolicyAfter(JobStartPolicy first) =>
        first == JobStartPolicy.BeginAfresh ? JobStartPolicy.Continue : first;

    /// <summary>A flush that the device failed has its error number, one that had no connection may be tried
    /// again.</summary>
    private static bool IsOfLoss(CopyFailure failure) =>
        failure is { Kind: CopyFailureKind.Flush, Errno: 0, IsTransient: false };
}
