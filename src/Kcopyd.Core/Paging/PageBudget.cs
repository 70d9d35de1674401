namespace Kcopyd.Core.Paging;

/// <summary>Arithmetic of a fixed number of pages: which run of them is free. Not safe for concurrent use.</summary>
/// <remarks>
/// Invariants: taken + free = total; a page is in one taken run or in one free run; free runs neither overlap nor
/// touch. A run is contiguous, because a device is handed one buffer. The lowest run that fits is taken, so that a
/// load that needs few pages keeps using the same ones while they are warm in cache. A run that does not fit has to
/// wait although enough pages are free in pieces; since waiting is first in, first out, the pages that come back join
/// up and the head always goes on.
/// </remarks>
public sealed class PageBudget
{
    /// <summary>Bytes in a page: the unit of the budget, whatever the machine's own page size is.</summary>
    public const int PageSize = 4096;

    private readonly List<PageRun> _free;

    /// <summary>All pages free.</summary>
    /// <param name="totalPages">At least one.</param>
    public PageBudget(int totalPages)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalPages);
        TotalPages = totalPages;
        FreePages = totalPages;
        _free = [new PageRun(0, totalPages)];
    }

    /// <summary>All pages there are.</summary>
    public int TotalPages { get; }

    /// <summary>Pages that nobody holds.</summary>
    public int FreePages { get; private set; }

    /// <summary>Pages that are held.</summary>
    public int TakenPages => TotalPages - FreePages;

    /// <summary>The most pages that were ever held at once.</summary>
    public int PeakPages { get; private set; }

    /// <summary>The pages that hold <paramref name="bytes"/> bytes.</summary>
    public static int PagesFor(long bytes) => checked((int)((bytes + PageSize - 1) / PageSize));

    /// <summary>Whether <see cref="TryTake"/> of so many pages would take them now.</summary>
    public bool Fits(int count) => count == 0 || _free.Exists(free => free.Count >= count);

    /// <summary>Takes <paramref name="count"/> contiguous pages, or nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than there are: it could never be granted.</exception>
    public bool TryTake(int count, out PageRun run)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, TotalPages);
        if (count == 0)
        {
            run = default;
            return true;
        }

        var index = _free.FindIndex(free => free.Count >= count);
        if (index < 0)
        {
            run = default;
            return false;
        }

        var found = _free[index];
        run = new PageRun(found.First, count);
        if (found.Count == count)
        {
            _free.RemoveAt(index);
        }
        else
        {
            _free[index] = new PageRun(found.First + count, found.Count - count);
        }

        FreePages -= count;
        PeakPages = Math.Max(PeakPages, TakenPages);
        Invariant.Holds(FreePages >= 0);
        return true;
    }

    /// <summary>Gives a run back exactly as it was taken.</summary>
    public void Give(PageRun run)
    {
        if (run.Count == 0)
        {
            return;
        }

        var index = _free.FindIndex(free => free.First >= run.First);
        index = index < 0 ? _free.Count : index;
        var joinsBefore = index > 0 && _free[index - 1].End == run.First;
        var joinsAfter = index < _free.Count && _free[index].First == run.End;
        Invariant.Holds(run.First >= 0 && run.End <= TotalPages);
        Invariant.Holds(index == 0 || _free[index - 1].End <= run.First);
        Invariant.Holds(index == _free.Count || run.End <= _free[index].First);

        var first = joinsBefore ? _free[index - 1].First : run.First;
        var end = joinsAfter ? _free[index].End : run.End;
        var from = joinsBefore ? index - 1 : index;
        _free.RemoveRange(from, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0));
        _free.Insert(from, new PageRun(first, end - first));
        FreePages += run.Count;
        Invariant.Holds(FreePages <= TotalPages);
    }
}
