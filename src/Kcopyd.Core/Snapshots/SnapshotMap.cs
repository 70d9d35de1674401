namespace Kcopyd.Core.Snapshots;

/// <summary>Where the chunks of a snapshot are, for reads that pass by the machine: the exceptions that are durable,
/// and the reads of the origin that are under way. Safe for concurrent calls.</summary>
/// <remarks>A read looks for exceptions and is tracked in one step. So whoever adds an exception, and then finds no
/// tracked read of its chunk, knows that no read will ever see the origin's new data there.</remarks>
public sealed class SnapshotMap(ExceptionTable table)
{
    private readonly Lock _lock = new();
    private readonly HashSet<SnapshotRead> _tracked = [];
    private SnapshotGate _gate;
    private int _readers;
    private bool _isAwaited;

    /// <summary>Exceptions.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
            {
                return table.Count;
            }
        }
    }

    /// <summary>Whether it can be read.</summary>
    public SnapshotGate Gate
    {
        get
        {
            lock (_lock)
            {
                return _gate;
            }
        }
    }

    /// <summary>Begins a read of consecutive chunks, unless the gate says otherwise. Who began ends it.</summary>
    /// <param name="first">The first chunk.</param>
    /// <param name="last">The last one.</param>
    /// <param name="read">The read; null unless the gate is open.</param>
    public SnapshotGate Begin(long first, long last, out SnapshotRead? read)
    {
        lock (_lock)
        {
            read = null;
            if (_gate != SnapshotGate.Open)
            {
                return _gate;
            }

            read = new SnapshotRead(RunsOf(first, last));
            _readers++;
            if (read.IsTracked)
            {
                _tracked.Add(read);
            }

            return _gate;
        }
    }

    /// <summary>A read ended.</summary>
    public SnapshotReadEnd End(SnapshotRead read)
    {
        ArgumentNullException.ThrowIfNull(read);
        lock (_lock)
        {
            _readers--;
            if (read.IsTracked)
            {
                _tracked.Remove(read);
            }

            var end = new SnapshotReadEnd(_gate != SnapshotGate.Invalid, _isAwaited);
            _isAwaited = false;
            return end;
        }
    }

    /// <summary>Where consecutive chunks are now.</summary>
    public IReadOnlyList<ExceptionRun> Look(long first, long last)
    {
        lock (_lock)
        {
            return RunsOf(first, last);
        }
    }

    /// <summary>Opens the gate, or holds reads that come.</summary>
    internal void Set(SnapshotGate gate)
    {
        lock (_lock)
        {
            _gate = _gate == SnapshotGate.Invalid ? _gate : gate;
        }
    }

    internal void Add(ChunkException exception)
    {
        lock (_lock)
        {
            Invariant.Holds(table.TryAdd(exception.OldChunk, exception.NewChunk));
        }
    }

    internal void Remove(ExceptionRun run)
    {
        lock (_lock)
        {
            for (var chunk = run.OldFirst + run.Count - 1; chunk >= run.OldFirst; chunk--)
            {
                Invariant.Holds(table.Remove(chunk));
            }
        }
    }

    /// <summary>A stretch of chunks, as <see cref="ExceptionTable.FindRun"/> has it.</summary>
    internal ExceptionRun FindRun(long first, long limit)
    {
        lock (_lock)
        {
            return table.FindRun(first, limit);
        }
    }

    /// <summary>Whether a run of a store, of which nobody knows that it is not damaged, is what the map says.</summary>
    internal bool Has(ExceptionRun run)
    {
        if (run.OldFirst < 0 || run.OldEnd > ExceptionTable.OldChunkLimit)
        {
            return false;
        }

        foreach (var found in Look(run.OldFirst, run.OldEnd - 1))
        {
            if (found.NewFirst != run.NewFirst + found.OldFirst - run.OldFirst)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a read of a chunk from the origin is under way; if so, its end is told.</summary>
    internal bool IsRead(long chunk)
    {
        lock (_lock)
        {
            foreach (var read in _tracked)
            {
                if (read.Reads(chunk))
                {
                    _isAwaited = true;
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether any read is under way; if so, its end is told.</summary>
    internal bool HasReaders()
    {
        lock (_lock)
        {
            _isAwaited |= _readers > 0;
            return _readers > 0;
        }
    }

    private List<ExceptionRun> RunsOf(long first, long last)
    {
        List<ExceptionRun> runs = [];
        for (var chunk = first; chunk <= last;)
        {
            var run = table.FindRun(chunk, last + 1);
            runs.Add(run);
            chunk += run.Count;
        }

        return runs;
    }
}
