using System.Runtime.InteropServices;
using Kcopyd.Core;
using Kcopyd.Core.Paging;

namespace Kcopyd.Devices;

/// <summary>The pages of one client: one aligned native allocation. Safe for concurrent calls.</summary>
/// <remarks>
/// The allocation is freed when it was disposed and the last lease came back, whichever is later: pages that the
/// kernel still reads or writes are never freed under it. Which pages are free is not its affair; that is
/// <see cref="PageBudget"/>.
/// </remarks>
public sealed unsafe class PageMemory : IDisposable
{
    /// <summary>
    /// What pages that nobody holds read as in debug builds, so that who kept a buffer finds out in a test.
    /// </summary>
    public const byte Poison = 0x67;

    /// <summary>What processors map at once if they can: larger memory is aligned to it, so that the system can back
    /// it with such pages.</summary>
    private const int LargePageSize = 2 << 20;

    private byte* _pages;

    // One for the owner, one for each lease that is out.
    private int _holders = 1;
    private int _isDisposed;

    /// <summary>Allocates; pages cost nothing until they are first used. From 2 MiB on the system is asked for large
    /// pages, of which the first use of one byte takes 2 MiB.</summary>
    /// <param name="totalPages">At least one.</param>
    /// <exception cref="OutOfMemoryException">There is no such amount of memory.</exception>
    public PageMemory(int totalPages)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalPages);
        TotalPages = totalPages;
        var length = (nuint)totalPages * PageBudget.PageSize;
        var isLarge = length >= LargePageSize;
        _pages = (byte*)NativeMemory.AlignedAlloc(length, isLarge ? (nuint)LargePageSize : PageBudget.PageSize);
        if (isLarge && LinuxCalls.Available)
        {
            // Fewer faults, and fewer misses of the address translation while data is copied. A system that has no
            // such pages refuses, and that is all.
            _ = LinuxCalls.AdviseMemory(_pages, length, LinuxCalls.MemoryHugePages);
        }
    }

    /// <summary>All pages there are.</summary>
    public int TotalPages { get; }

    /// <summary>Leases that are out.</summary>
    public int LeaseCount => Volatile.Read(ref _holders) - 1 + Volatile.Read(ref _isDisposed);

    /// <summary>Whether the allocation was freed.</summary>
    public bool IsFreed => Volatile.Read(ref _holders) == 0;

    /// <summary>Hands out a run of pages that the budget granted.</summary>
    /// <param name="run">The pages; empty for work that needs none.</param>
    /// <param name="returned">Called once, from whatever thread gives back the last hold, when nobody uses the pages
    /// any more.</param>
    public PageLease Lease(PageRun run, Action<PageLease> returned)
    {
        Invariant.Holds(run.First >= 0 && run.End <= TotalPages);
        ObjectDisposedException.ThrowIf(!TryJoin(), this);
        return new PageLease(this, run, returned);
    }

    /// <summary>Frees the pages, at once or when the last lease comes back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Leave();
        }
    }

    internal Span<byte> Span(PageRun run) =>
        new(_pages + ((nint)run.First * PageBudget.PageSize), run.Count * PageBudget.PageSize);

    internal byte* Pointer(PageRun run) => _pages + ((nint)run.First * PageBudget.PageSize);

    internal void TakeBack(PageRun run)
    {
#if DEBUG
        Span(run).Fill(Poison);
#endif
        Leave();
    }

    /// <summary>
    /// Counts one more holder, unless the memory was disposed: a count that reached zero must not rise again.
    /// </summary>
    private bool TryJoin()
    {
        var holders = Volatile.Read(ref _holders);
        while (holders > 0 && Volatile.Read(ref _isDisposed) == 0)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                return true;
            }

            holders = seen;
        }

        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            NativeMemory.AlignedFree(_pages);
            _pages = null;
        }
    }
}
