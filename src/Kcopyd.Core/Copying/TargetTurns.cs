namespace Kcopyd.Core.Copying;

/// <summary>One write at a time for targets that would make a second one wait anyway. Not safe for concurrent
/// use.</summary>
/// <remarks>
/// A file system lets one writer of a file in at a time; another burns a processor while it waits. Its time is better
/// spent on the next read. The bound of a queue is the segments in flight.
/// </remarks>
public sealed class TargetTurns
{
    private readonly Queue<long>?[] _waiting;
    private readonly bool[] _isBusy;

    /// <summary>Nobody writes.</summary>
    /// <param name="takesTurns">For each target, whether its writes take turns.</param>
    public TargetTurns(IEnumerable<bool> takesTurns)
    {
        _waiting = [.. takesTurns.Select(takes => takes ? new Queue<long>() : null)];
        _isBusy = new bool[_waiting.Length];
    }

    /// <summary>A segment wants to be written to a target: true, and it may begin, or it waits for its turn.</summary>
    public bool TryBegin(int target, long segment)
    {
        if (_waiting[target] is not { } queue)
        {
            return true;
        }

        if (_isBusy[target])
        {
            queue.Enqueue(segment);
            return false;
        }

        _isBusy[target] = true;
        return true;
    }

    /// <summary>A write to a target is over.</summary>
    /// <returns>The segment whose turn it is now; null if none waits.</returns>
    public long? Finish(int target)
    {
        if (_waiting[target] is { } queue && queue.TryDequeue(out var next))
        {
            return next;
        }

        _isBusy[target] = false;
        return null;
    }
}
