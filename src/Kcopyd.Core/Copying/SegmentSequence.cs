namespace Kcopyd.Core.Copying;

/// <summary>Lets segments that come in any order out in the order of the plan. Not safe for concurrent use.</summary>
/// <remarks>
/// Used where a target is written in sequence and where a digest is computed. It cannot wait for ever on pages: a
/// segment gets its pages before every later one of its job, so the one that is waited for always has them.
/// </remarks>
public sealed class SegmentSequence
{
    private readonly SortedSet<long> _waiting = [];
    private long _next;

    /// <summary>The index that is let out next.</summary>
    public long Next => _next;

    /// <summary>A segment is ready.</summary>
    public void Offer(long index)
    {
        Invariant.Holds(index >= _next);
        _waiting.Add(index);
    }

    /// <summary>A segment that was offered is taken back; it will be offered again.</summary>
    public void Withdraw(long index) => _waiting.Remove(index);

    /// <summary>
    /// Lets the next segment out if it is ready; the one after it follows when <see cref="Advance"/> is called.
    /// </summary>
    public bool TryTake(out long index)
    {
        index = _next;
        return _waiting.Remove(_next);
    }

    /// <summary>The segment that was let out, or one that will never come, is over.</summary>
    public void Advance(long index)
    {
        Invariant.Holds(index == _next);
        _next++;
    }
}
