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

    private ExceptionTree _tree = new();

    private long _changes;

    /// <summary>How many exceptions there are.</summary>
    public long Count { get; private set; }

    /// <summary>How many records they take; what <see cref="Runs"/> lists.</summary>
    public long RunCount { get; private set; }

    /// <summary>Puts one exception in; false, and nothing changes, if its old chunk has one already.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A chunk is negative or at its limit.</exception>
    public bool TryAdd(long oldChunk, long newChunk)
    {
        CheckOld(oldChunk);
        ArgumentOutOfRangeException.ThrowIfNegative(newChunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(newChunk, NewChunkLimit);
        while (true)
        {
            var place = _tree.PlaceOf(oldChunk);
            var leaf = _tree.LeafAt(place);
            var before = leaf.LastAtMost(oldChunk);
            if (before >= 0 && leaf[before].OldEnd > oldChunk)
            {
                return false;
            }

            var records = leaf.Count;
            if (leaf.TryAdd(before, oldChunk, newChunk))
            {
                Changed(place, exceptions: 1, leaf.Count - records);
                return true;
            }

            _tree.MakeRoom(place, before + 1);
        }
    }

    /// <summary>Finds the chunk of the COW store that holds an old chunk.</summary>
    /// <returns>Whether it has an exception; if not, <paramref name="newChunk"/> is
    /// <see cref="ExceptionRun.None"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The chunk is negative or at its limit.</exception>
    public bool TryFind(long oldChunk, out long newChunk)
    {
        CheckOld(oldChunk);
        var leaf = _tree.LeafAt(_tree.PlaceOf(oldChunk));
        var before = leaf.LastAtMost(oldChunk);
        newChunk = before < 0 ? ExceptionRun.None : leaf[before].NewOf(oldChunk);
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
        while (true)
        {
            var place = _tree.PlaceOf(oldChunk);
            var leaf = _tree.LeafAt(place);
            var before = leaf.LastAtMost(oldChunk);
            if (before < 0 || leaf[before].OldEnd <= oldChunk)
            {
                return false;
            }

            var records = leaf.Count;
            if (leaf.TryRemove(before, oldChunk))
            {
                Changed(place, exceptions: -1, leaf.Count - records);
                return true;
            }

            // The record is to be cut in two. A leaf that gives some away from its middle has room wherever it is.
            _tree.MakeRoom(place, leaf.Count / 2);
        }
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
        var place = _tree.PlaceOf(oldChunk);
        var leaf = _tree.LeafAt(place);
        var before = leaf.LastAtMost(oldChunk);
        if (before >= 0 && leaf[before] is var record && record.OldEnd > oldChunk)
        {
            var end = Math.Min(record.OldEnd, limit);
            return new ExceptionRun(oldChunk, record.NewOf(oldChunk), end - oldChunk);
        }

        var next = before + 1 < leaf.Count ? leaf[before + 1].OldFirst : FirstAfter(place);
        return new ExceptionRun(oldChunk, ExceptionRun.None, Math.Min(next, limit) - oldChunk);
    }

    /// <summary>All records, by ascending old chunk.</summary>
    /// <exception cref="InvalidOperationException">The table changed meanwhile.</exception>
    public IEnumerable<ExceptionRun> Runs()
    {
        var changes = _changes;
        foreach (var leaf in _tree.Leaves())
        {
            for (var i = 0; i < leaf.Count; i++)
            {
                yield return leaf[i];
                if (_changes != changes)
                {
                    throw new InvalidOperationException("The exception table changed while its runs were listed.");
                }
            }
        }
    }

    /// <summary>Takes all exceptions out.</summary>
    public void Clear()
    {
        _tree = new ExceptionTree();
        (Count, RunCount) = (0, 0);
        _changes++;
    }

    private static void CheckOld(long oldChunk)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldChunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(oldChunk, OldChunkLimit);
    }

    /// <summary>Counts what a leaf got or lost; one that has fewer records may have room in a neighbour.</summary>
    private void Changed(LeafPlace place, int exceptions, int records)
    {
        Count += exceptions;
        RunCount += records;
        _changes++;
        if (records < 0)
        {
            _tree.Shrink(place);
        }
    }

    private long FirstAfter(LeafPlace place) => _tree.LeafAfter(place)?[0].OldFirst ?? OldChunkLimit;
}
