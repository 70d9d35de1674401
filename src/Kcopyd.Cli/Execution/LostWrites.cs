using Kcopyd.Actors.Copying;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Execution;

/// <summary>Says whether a journaled job that failed goes on by itself: the server of a target was gone for a while,
/// and with it what it had not flushed, which is written again from the last checkpoint.</summary>
/// <remarks>A server that loses everything again and again is given up.</remarks>
internal sealed class LostWrites
{
    private const int FruitlessRuns = 3;

    private long _safeBytes = -1;
    private int _fruitless;

    /// <summary>A run of the job is over.</summary>
    /// <returns>Whether another one is to begin.</returns>
    internal bool GoesOn(CopyCompleted completed)
    {
        var isLost = completed is { Outcome: CopyOutcome.Failed, Details.IsEmpty: false }
            && completed.Details.All(static failure => failure is { Kind: CopyFailureKind.Flush, IsTransient: true });
        if (!isLost)
        {
            return false;
        }

        var safe = completed.Targets.Sum(static target => target.BytesKept + target.BytesFlushed);
        _fruitless = safe > _safeBytes ? 0 : _fruitless + 1;
        _safeBytes = safe;
        return _fruitless < FruitlessRuns;
    }
}
