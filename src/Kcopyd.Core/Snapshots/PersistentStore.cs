namespace Kcopyd.Core.Snapshots;

/// <summary>A store on its COW device, laid out as dm-snapshot has it (kernel facts 3.7): keeps the current area in
/// memory.</summary>
public sealed class PersistentStore : ExceptionStore
{
    private readonly byte[] _area;
    private readonly List<ChunkException> _appended = [];
    private long _nextFree;
    private long _currentArea;
    private int _committed;
    private (int From, int To) _changed;
    private bool _isStale;

    /// <summary>A store as its device has it.</summary>
    /// <param name="layout">How the device is divided.</param>
    /// <param name="cowSectors">The size of the device; unit: sectors.</param>
    /// <param name="load">What was found.</param>
    /// <param name="area">The current area: one chunk, this store's from here on. Zeros if it is new.</param>
    public PersistentStore(CowLayout layout, long cowSectors, CowLoad load, byte[] area)
        : base(layout, cowSectors)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(area);
        ArgumentOutOfRangeException.ThrowIfNotEqual(area.Length, layout.ChunkBytes, nameof(area));
        (_area, _nextFree, _currentArea, _committed) = (area, load.NextFree, load.CurrentArea, load.Committed);
        if (load.HasTail)
        {
            // A torn write left them: they must not follow what will be written before them.
            CowLoad.ClearTail(_area, _committed);
            Change(_committed, layout.EntriesPerArea);
            _isStale = true;
        }
    }

    /// <inheritdoc/>
    public override bool IsPersistent => true;

    /// <summary>The next chunk to be given out.</summary>
    public long NextFree => _nextFree;

    /// <summary>The area where the next exception goes, from 0.</summary>
    public long CurrentArea => _currentArea;

    /// <summary>The exceptions in the current area.</summary>
    public int Committed => _committed;

    /// <inheritdoc/>
    public override long AllocatedSectors => _nextFree * Layout.ChunkSectors;

    /// <inheritdoc/>
    public override long MetadataSectors => (_currentArea + 2) * Layout.ChunkSectors;

    private protected override int AppendedCount => _appended.Count;

    private protected override bool IsAreaFull => _committed + _appended.Count == Layout.EntriesPerArea;

    private protected override bool HasStaleEntries => _isStale;

    /// <summary>What a merge does next.</summary>
    /// <param name="maxChunks">The longest run.</param>
    internal MergeStep NextMerge(long maxChunks)
    {
        // Chunks whose data could not be written count no more either.
        _nextFree = NextFreeOfMerge();
        if (_committed == 0)
        {
            return _currentArea == 0 ? new MergeStep.Finished() : new MergeStep.Read(_currentArea - 1);
        }

        var last = CowEntry.Read(_area, _committed - 1);
        var count = 1;
        while (count < maxChunks && count < _committed)
        {
            var before = CowEntry.Read(_area, _committed - count - 1);
            if (before != new CowEntry(last.OldChunk - count, last.NewChunk - count))
            {
                break;
            }

            count++;
        }

        return new MergeStep.Copy(new ExceptionRun(last.OldChunk - count + 1, last.NewChunk - count + 1, count));
    }

    /// <summary>The area before the current one was read: it is full, and is the current one now.</summary>
    internal void StepBack(ReadOnlySpan<byte> area)
    {
        Invariant.Holds(_committed == 0 && _currentArea > 0);
        area.CopyTo(_area);
        (_currentArea, _committed, _changed) = (_currentArea - 1, Layout.EntriesPerArea, default);
    }

    /// <summary>Takes the last exceptions out.</summary>
    internal StoreCommit ClearLast(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            CowEntry.Clear(_area, _committed - i);
        }

        Change(_committed - count, _committed);
        var commit = new StoreCommit(_currentArea, _area, ChangedSectors()) { Cleared = count };
        BeginClearing(commit);
        return commit;
    }

    /// <remarks>Decided: the last place of an area is given out only if the device has room for the next area.
    /// Because: filling an area zeroes the next one. Instead of: the kernel's failure then, which makes the snapshot
    /// invalid.</remarks>
    internal override bool HasRoom(int count)
    {
        var last = _nextFree;
        for (var i = 1; i < count; i++)
        {
            last = Layout.NextData(last);
        }

        var areas = (_committed + _appended.Count + AllocatedCount + count) / Layout.EntriesPerArea;
        return Fits(last) && (areas == 0 || Fits(Layout.AreaChunk(_currentArea + areas)));
    }

    private protected override long Take()
    {
        var taken = _nextFree;
        _nextFree = Layout.NextData(taken);
        return taken;
    }

    private protected override void Append(ChunkException exception)
    {
        var place = _committed + _appended.Count;
        new CowEntry(exception.OldChunk, exception.NewChunk).Write(_area, place);
        Change(place, place + 1);
        _appended.Add(exception);
    }

    private protected override StoreCommit Write() =>
        new(_currentArea, _area, ChangedSectors())
        {
            NextArea = IsAreaFull ? _currentArea + 1 : null,
            Exceptions = [.. _appended],
        };

    /// <summary>Zeros over stale entries.</summary>
    private protected override StoreCommit Clean() =>
        new(_currentArea, _area, ChangedSectors()) { IsCleaning = true };

    private protected override void Written(StoreCommit commit, bool isDurable)
    {
        if (commit.Cleared > 0)
        {
            WrittenClear(commit.Cleared, isDurable);
            return;
        }

        _isStale = !isDurable;
        if (!isDurable)
        {
            // They may be on the device or not: their data is, and it stays as it is.
            CowLoad.ClearTail(_area, _committed);
        }
        else if (IsAreaFull)
        {
            _area.AsSpan().Clear();
            (_currentArea, _committed, _changed) = (_currentArea + 1, 0, default);
        }
        else
        {
            (_committed, _changed) = (_committed + _appended.Count, default);
        }

        _appended.Clear();
    }

    private void WrittenClear(int count, bool isDurable)
    {
        _committed -= count;
        if (isDurable)
        {
            _changed = default;
            _nextFree = NextFreeOfMerge();
        }
    }

    /// <summary>As the status line of a merge has it. Nothing is allocated any more.</summary>
    private long NextFreeOfMerge() => Layout.AreaChunk(_currentArea) + _committed + 1;

    private bool Fits(long chunk) => Layout.RangeOf(chunk).End <= CowSectors;

    private void Change(int from, int to)
    {
        var (start, end) = (from * CowEntry.Size, to * CowEntry.Size);
        _changed = _changed == default
            ? (start, end)
            : (Math.Min(_changed.From, start), Math.Max(_changed.To, end));
    }

    private Range ChangedSectors() =>
        (_changed.From / Sectors.Size * Sectors.Size)..((_changed.To + Sectors.Size - 1) / Sectors.Size * Sectors.Size);
}
