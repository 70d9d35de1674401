namespace Kcopyd.Core.Snapshots;

/// <summary>Neighbouring records of an exception table, in arrays of one size.</summary>
/// <remarks>
/// Invariants: records ascend and do not overlap; none begins before <see cref="First"/> or reaches that of the next
/// leaf; each has 1 to <see cref="ExceptionTable.RunLimit"/> chunks. No array ever grows: a leaf with no room gives
/// records away.
/// </remarks>
internal sealed class ExceptionLeaf
{
    /// <summary>Most records of a leaf: an insertion moves less than 2 KiB on average, and what is not a record takes
    /// 3 % of the memory.</summary>
    public const int Capacity = 512;

    private const int NewChunkBits = 56;

    // Old chunks count from First; new chunks have the count of the record, less one, above them.
    private ChunkColumn _olds = new(Capacity);

    private ChunkColumn _news = new(Capacity);

    /// <summary>A leaf without records, for old chunks from <paramref name="first"/> on.</summary>
    public ExceptionLeaf(long first) => First = first;

    /// <summary>No old chunk of the leaf is below.</summary>
    public long First { get; private set; }

    /// <summary>How many records there are.</summary>
    public int Count { get; private set; }

    /// <summary>A record.</summary>
    public ExceptionRun this[int index]
    {
        get
        {
            var value = _news[index];
            return new ExceptionRun(
                First + (long)_olds[index],
                (long)(value & (ExceptionTable.NewChunkLimit - 1)),
                (long)(value >> NewChunkBits) + 1);
        }

        private set
        {
            _olds[index] = (ulong)(value.OldFirst - First);
            _news[index] = ((ulong)(value.Count - 1) << NewChunkBits) | (ulong)value.NewFirst;
        }
    }

    /// <summary>The last record that begins at or before an old chunk; -1 if all begin after it.</summary>
    public int LastAtMost(long oldChunk) => _olds.LastAtMost((ulong)(oldChunk - First), Count);

    /// <summary>Puts an exception in that the leaf has not; false, and nothing changes, if there is no room.</summary>
    /// <param name="before">What <see cref="LastAtMost"/> says of the old chunk.</param>
    /// <param name="oldChunk">Not below <see cref="First"/>.</param>
    /// <param name="newChunk">Where the store has it.</param>
    public bool TryAdd(int before, long oldChunk, long newChunk)
    {
        if (TryGroup(before, new ExceptionRun(oldChunk, newChunk, 1)))
        {
            return true;
        }

        if (Count == Capacity)
        {
            return false;
        }

        Insert(before + 1, new ExceptionRun(oldChunk, newChunk, 1));
        return true;
    }

    /// <summary>Takes an exception out; false, and nothing changes, if there is no room for the record that its
    /// record would be cut into.</summary>
    /// <param name="index">The record that has it.</param>
    /// <param name="oldChunk">Its old chunk.</param>
    public bool TryRemove(int index, long oldChunk)
    {
        var record = this[index];
        var head = record with { Count = oldChunk - record.OldFirst };
        var tail = new ExceptionRun(oldChunk + 1, record.NewFirst + head.Count + 1, record.Count - head.Count - 1);
        if (head.Count > 0 && tail.Count > 0)
        {
            if (Count == Capacity)
            {
                return false;
            }

            Insert(index + 1, tail);
        }

        if (head.Count > 0 || tail.Count > 0)
        {
            this[index] = head.Count > 0 ? head : tail;
            return true;
        }

        Delete(index);
        return true;
    }

    /// <summary>Lets the leaf begin earlier; what it has stays.</summary>
    public void Lower(long first)
    {
        Invariant.Holds(first <= First);
        _olds.CopyTo(0, ref _olds, 0, Count, (ulong)(First - first));
        First = first;
    }

    /// <summary>Moves the first records to the end of the leaf before this one.</summary>
    public void MoveHeadTo(ExceptionLeaf left, int count)
    {
        var first = count < Count ? this[count].OldFirst : this[count - 1].OldEnd;
        CopyTo(left, 0, left.Count, count);
        left.Count += count;
        _olds.CopyTo(count, ref _olds, 0, Count - count, (ulong)(First - first));
        _news.Move(count, 0, Count - count);
        Count -= count;
        First = first;
    }

    /// <summary>Moves the records from an index on to the front of the leaf after this one, which then begins where
    /// they do, or, if there are none, where this one ends.</summary>
    public void MoveTailTo(ExceptionLeaf right, int from)
    {
        var count = Count - from;
        right.Lower(count > 0 ? this[from].OldFirst : this[from - 1].OldEnd);
        right._olds.Move(0, count, right.Count);
        right._news.Move(0, count, right.Count);
        CopyTo(right, from, 0, count);
        right.Count += count;
        Count = from;
    }

    /// <summary>Makes an exception part of the record before or after it, or of both.</summary>
    private bool TryGroup(int before, ExceptionRun added)
    {
        var after = before + 1;
        if (before >= 0 && TryJoin(this[before], added) is { } longer)
        {
            this[before] = longer;
            if (after < Count && TryJoin(longer, this[after]) is { } both)
            {
                this[before] = both;
                Delete(after);
            }

            return true;
        }

        if (after < Count && TryJoin(added, this[after]) is { } earlier)
        {
            this[after] = earlier;
            return true;
        }

        return false;
    }

    private static ExceptionRun? TryJoin(ExceptionRun left, ExceptionRun right) =>
        left.OldEnd == right.OldFirst
        && left.NewFirst + left.Count == right.NewFirst
        && left.Count + right.Count <= ExceptionTable.RunLimit
            ? left with { Count = left.Count + right.Count }
            : null;

    private void Insert(int index, ExceptionRun record)
    {
        _olds.Move(index, index + 1, Count - index);
        _news.Move(index, index + 1, Count - index);
        this[index] = record;
        Count++;
    }

    private void Delete(int index)
    {
        Count--;
        _olds.Move(index + 1, index, Count - index);
        _news.Move(index + 1, index, Count - index);
    }

    private void CopyTo(ExceptionLeaf target, int from, int to, int count)
    {
        _olds.CopyTo(from, ref target._olds, to, count, (ulong)(First - target.First));
        _news.CopyTo(from, ref target._news, to, count, 0);
    }
}
