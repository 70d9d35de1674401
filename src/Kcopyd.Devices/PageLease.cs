using System.Buffers;
using Kcopyd.Core;
using Kcopyd.Core.Paging;

namespace Kcopyd.Devices;

/// <summary>Pages on loan. The pages come back when everyone who holds them has let go.</summary>
/// <remarks>
/// There is one hold from the start, the owner's, and one for each I/O in flight. The task that does the I/O takes its
/// hold before and gives it back in <c>finally</c>, when the kernel is done with the memory; the owner lets go when it
/// needs the content no more, or dies. So pages are never lent again while anyone may still touch them. Safe for
/// concurrent calls.
/// </remarks>
public sealed unsafe class PageLease : MemoryManager<byte>
{
    private readonly PageMemory _pages;
    private readonly Action<PageLease> _returned;
    private int _holds = 1;
    private int _ownerLetGo;

    internal PageLease(PageMemory pages, PageRun run, Action<PageLease> returned)
    {
        _pages = pages;
        _returned = returned;
        Run = run;
    }

    /// <summary>Which pages these are.</summary>
    public PageRun Run { get; }

    /// <summary>Bytes on loan.</summary>
    public int LengthBytes => Run.Count * PageBudget.PageSize;

    /// <summary>Whether the pages came back.</summary>
    public bool IsReturned => Volatile.Read(ref _holds) <= 0;

    /// <summary>
    /// Takes a hold for an I/O; false when the pages came back already: then nothing may be done with them.
    /// </summary>
    public bool TryHold()
    {
        var holds = Volatile.Read(ref _holds);
        while (holds > 0)
        {
            var seen = Interlocked.CompareExchange(ref _holds, holds + 1, holds);
            if (seen == holds)
            {
                return true;
            }

            holds = seen;
        }

        return false;
    }

    /// <summary>Gives a hold back that <see cref="TryHold"/> took. The last one returns the pages.</summary>
    public void Release()
    {
        var holds = Interlocked.Decrement(ref _holds);
        Invariant.Holds(holds >= 0);
        if (holds == 0)
        {
            _pages.TakeBack(Run);
            _returned(this);
        }
    }

    /// <summary>Gives the owner's hold back. May be called twice: by the owner, and by who buries the owner.</summary>
    public void LetGo()
    {
        if (Interlocked.Exchange(ref _ownerLetGo, 1) == 0)
        {
            Release();
        }
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(IsReturned, this);
        return _pages.Span(Run);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)LengthBytes);
        ObjectDisposedException.ThrowIf(IsReturned, this);
        return new MemoryHandle(_pages.Pointer(Run) + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        // Native memory does not move.
    }

    /// <summary>The memory comes back through the holds; disposing a view of it does nothing.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}
