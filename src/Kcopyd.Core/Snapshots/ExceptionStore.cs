using System.Diagnostics;

namespace Kcopyd.Core.Snapshots;

/// <summary>Where a snapshot's exceptions live: gives out chunks, and commits exceptions in the order of their chunks.
/// Pure; one thread.</summary>
public abstract class ExceptionStore
{
    private readonly Queue<ChunkException> _allocated = [];
    private StoreCommit? _underWay;
    private bool _isAbandoned;

    private protected ExceptionStore(CowLayout layout, long cowSectors) => (Layout, CowSectors) = (layout, cowSectors);

    /// <summary>How its device is divided.</summary>
    public CowLayout Layout { get; }

    /// <summary>Whether it outlives its process.</summary>
    public abstract bool IsPersistent { get; }

    /// <summary>The size of its device; unit: sectors.</summary>
    public long CowSectors { get; private set; }

    /// <summary>Sectors given out, with those of the store itself, as the status line has them.</summary>
    public abstract long AllocatedSectors { get; }

    /// <summary>Sectors of the store itself, as the status line has them.</summary>
    public abstract long MetadataSectors { get; }

    /// <summary>Whether nothing is on its way into it.</summary>
    internal bool IsIdle =>
        _underWay is null && (_isAbandoned || (_allocated.Count == 0 && AppendedCount == 0));

    /// <summary>Exceptions that have a chunk and are not in an area.</summary>
    private protected int AllocatedCount => _allocated.Count;

    private protected abstract int AppendedCount { get; }

    private protected abstract bool IsAreaFull { get; }

    /// <summary>Whether its device may hold entries that were never meant to count.</summary>
    private protected virtual bool HasStaleEntries => false;

    /// <summary>Its device has another size.</summary>
    internal void Resize(long cowSectors) => CowSectors = cowSectors;

    /// <summary>Whether so many more exceptions have room.</summary>
    internal abstract bool HasRoom(int count);

    /// <summary>A chunk for an exception: there must be room.</summary>
    internal ChunkException Allocate(SnapshotState snapshot, long oldChunk)
    {
        var exception = new ChunkException(snapshot, oldChunk, Take());
        _allocated.Enqueue(exception);
        return exception;
    }

    /// <summary>The next commit; null: there is nothing to commit yet, or one is under way.</summary>
    /// <remarks>As in dm-snapshot: one commit for a burst, when no exception is on its way any more or the area is
    /// full. An exception whose data could not be written takes no place in an area: its chunk is lost to the store,
    /// and those behind it go on. Stale entries are zeroed by a commit of their own first: a torn write that fills
    /// the places before them would make them count.</remarks>
    internal StoreCommit? Begin()
    {
        if (_underWay is not null || _isAbandoned)
        {
            return null;
        }

        if (HasStaleEntries)
        {
            return IsFirstFilled() ? _underWay = Clean() : null;
        }

        while (!IsAreaFull && IsFirstFilled())
        {
            Append(_allocated.Dequeue());
        }

        if (AppendedCount > 0 && (_allocated.Count == 0 || IsAreaFull))
        {
            _underWay = Write();
        }

        return _underWay;
    }

    /// <summary>A commit that zeroes stale entries; null: there are none.</summary>
    internal StoreCommit? BeginCleaning()
    {
        Invariant.Holds(IsIdle);
        return HasStaleEntries ? _underWay = Clean() : null;
    }

    /// <summary>A commit ended.</summary>
    /// <returns>The exceptions that are durable with it, or cannot be.</returns>
    internal IReadOnlyList<ChunkException> End(StoreCommit commit, bool isDurable)
    {
        Invariant.Holds(commit == _underWay);
        _underWay = null;
        Written(commit, isDurable);
        return commit.IsCleaning && !isDurable ? TakeFilled() : commit.Exceptions;
    }

    /// <summary>Nothing more is committed.</summary>
    internal void Abandon() => _isAbandoned = true;

    private protected void BeginClearing(StoreCommit commit)
    {
        Invariant.Holds(IsIdle);
        _underWay = commit;
    }

    private protected abstract long Take();

    private protected abstract void Append(ChunkException exception);

    private protected abstract StoreCommit Write();

    private protected virtual StoreCommit Clean() => throw new UnreachableException();

    private protected abstract void Written(StoreCommit commit, bool isDurable);

    /// <summary>Whether the next exception has its data. Forgets those before it that never will.</summary>
    private bool IsFirstFilled()
    {
        while (_allocated.TryPeek(out var first) && first.IsFilled is { } isFilled)
        {
            if (isFilled)
            {
                return true;
            }

            _allocated.Dequeue();
        }

        return false;
    }

    private List<ChunkException> TakeFilled()
    {
        List<ChunkException> filled = [];
        while (IsFirstFilled())
        {
            filled.Add(_allocated.Dequeue());
        }

        return filled;
    }
}
