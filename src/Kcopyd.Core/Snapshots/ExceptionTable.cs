namespace Kcopyd.Core.Snapshots;

/// <summary>
/// The completed exceptions of one snapshot: which chunk of the COW store holds a chunk of the origin.
/// </summary>
/// <remarks>
/// Exceptions whose old and new chunks both follow each other share one record of up to
/// <see cref="RunLimit"/> chunks. Not safe for concurrent use; calls that only ask may overlap each other.
/// </remarks>
public sealed class ExceptionTable
{
    /// <summary>Every old chunk is below: 2^63 bytes in chunks of one sector.</summary>
    public const long OldChunkLimit = 1L << 54;

    /// <summary>Every new chunk is below: the other 8 bits of a record count its chunks.</summary>
    public const long NewChunkLimit = 1L << 56;

    /// <summary>Most chunks that one record groups.</summary>
    public const int RunLimit = 256;

    private readonly List<ExceptionRun> _runs = [];

    /// <summary>How many exceptions there are.</summary>
    public long Count { get; private set; }

    /// <summary>How many records they take; what <see cref="Runs"/> lists.</summary>
    public long RunCount => _runs.Count;

    /// <summary>Puts one exception in; false, and nothing changes, if its old chunk has one already.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A chunk is negative or at its limit.</exception>
    public bool TryAdd(long oldChunk, long newChunk)
    {
        CheckOld(oldChunk);
        ArgumentOutOfRangeException.ThrowIfNegative(newChunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(newChunk, NewChunkLimit);
        var before = LastAtMost(oldChunk);
        if (before >= 0 && _runs[before].OldEnd > oldChunk)
        {
            return false;
        }

        Count++;
        var record = new ExceptionRun(oldChunk, newChunk, 1);
        if (before >= 0 && _runs[before] is { Count: < RunLimit } left
            && left.OldEnd == oldChunk && left.NewFirst + left.Count == newChunk)
        {
            _runs[before] = left with { Count = left.Count + 1 };
            return true;
        }

        _runs.Insert(before + 1, record);
        return true;
    }

    /// <summary>Finds the chunk of the COW store that holds an old chunk.</summary>
    /// <returns>Whether it has an exception; if not, <paramref name="newChunk"/> is
    /// <see cref="ExceptionRun.None"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The chunk is negative or at its limit.</exception>
    public bool TryFind(long oldChunk, out long newChunk)
    {
        CheckOld(oldChunk);
        newChunk = FindRun(oldChunk, oldChunk + 1).NewFirst;
        return newChunk != ExceptionRun.None;
    }

    /// <summary>Whether an old chunk has an exception.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The chunk is negative or at its limit.</exception>
    public bool Contains(long oldChunk) => TryFind(oldChunk, out _);

    /// <summary>Takes the exception of an old chunk out; false if it has none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The chunk is negative or at its limit.</exception>
    public bool Remove(long oldChunk)
    {
        CheckOld(oldChunk);
        var at = LastAtMost(oldChunk);
        if (at < 0 || _runs[at].OldEnd <= oldChunk)
        {
            return false;
        }

        var run = _runs[at];
        var head = run with { Count = oldChunk - run.OldFirst };
        var tail = new ExceptionRun(oldChunk + 1, run.NewFirst + head.Count + 1, run.Count - head.Count - 1);
        _runs.RemoveAt(at);
        _runs.InsertRange(at, new[] { head, tail }.Where(part => part.Count > 0));
        Count--;
        return true;
    }

    /// <summary>
    /// A stretch of chunks that begins at <paramref name="oldChunk"/> and is either all without exception or
    /// all in consecutive chunks of the COW store.
    /// </summary>
    /// <remarks>
    /// Without exception it is as long as it can be. With exceptions it may end with the record, so that the
    /// next call goes on in the chunk of the COW store that follows. It costs what <see cref="TryFind"/> costs.
    /// </remarks>
    /// <param name="oldChunk">Where it begins.</param>
    /// <param name="limit">The chunk, above <paramref name="oldChunk"/>, before which it ends at the latest; not a
    /// count.</param>
    /// <exception cref="ArgumentOutOfRangeException">The chunk is negative or at its limit, or
    /// <paramref name="limit"/> is not above it, or above <see cref="OldChunkLimit"/>.</exception>
    public ExceptionRun FindRun(long oldChunk, long limit)
    {
        CheckOld(oldChunk);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, oldChunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, OldChunkLimit);
        var at = LastAtMost(oldChunk);
        if (at >= 0 && _runs[at].OldEnd > oldChunk)
        {
            var run = _runs[at];
            var end = Math.Min(run.OldEnd, limit);
            return new ExceptionRun(oldChunk, run.NewFirst + oldChunk - run.OldFirst, end - oldChunk);
        }

        var next = at + 1 < _runs.Count ? Math.Min(_runs[at + 1].OldFirst, limit) : limit;
        return new ExceptionRun(oldChunk, ExceptionRun.None, next - oldChunk);
    }

    /// <summary>All records, by ascending old chunk. The table must not change meanwhile.</summary>
    public IEnumerable<ExceptionRun> Runs() => _runs;

    /// <summary>Takes all exceptions out.</summary>
    public void Clear()
    {
        _runs.Clear();
        Count = 0;
    }

    private static void CheckOld(long oldChunk)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldChunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(oldChunk, OldChunkLimit);
    }

    private int LastAtMost(long oldChunk)
    {
        var (low, high) = (0, _runs.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _runs[middle].OldFirst <= oldChunk ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}
