using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kcopyd.Core;
using Kcopyd.Core.Paging;

namespace Kcopyd.Devices.Tests;

/// <summary>Pages on loan, and the memory that they are of.</summary>
public sealed class PageLeaseTests
{
    private readonly List<PageRun> _returned = [];

    [Fact]
    public void Pages_come_back_when_the_owner_lets_go_and_nothing_is_in_flight()
    {
        using var memory = new PageMemory(4);
        var lease = Lease(memory, 1, 2);
        Assert.Equal(2 * PageBudget.PageSize, lease.LengthBytes);
        Assert.Equal(lease.LengthBytes, lease.Memory.Length);

        lease.LetGo();

        Assert.True(lease.IsReturned);
        Assert.Equal([new PageRun(1, 2)], _returned);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pages_stay_out_until_the_last_hold_is_given_back(bool ownerFirst)
    {
        using var memory = new PageMemory(1);
        var lease = Lease(memory, 0, 1);
        Assert.True(lease.TryHold());
        Assert.True(lease.TryHold());

        Action[] steps = ownerFirst
            ? [lease.LetGo, lease.Release, lease.Release]
            : [lease.Release, lease.Release, lease.LetGo];
        foreach (var step in steps)
        {
            Assert.False(lease.IsReturned);
            Assert.Empty(_returned);
            Assert.Equal(PageBudget.PageSize, lease.GetSpan().Length);
            step();
        }

        Assert.True(lease.IsReturned);
        Assert.Single(_returned);
    }

    [Fact]
    public void Letting_go_twice_gives_one_hold_back()
    {
        using var memory = new PageMemory(1);
        var lease = Lease(memory, 0, 1);
        Assert.True(lease.TryHold());

        lease.LetGo();
        lease.LetGo();

        Assert.False(lease.IsReturned);
        lease.Release();
        lease.LetGo();
        Assert.Single(_returned);
    }

    [Fact]
    public void Returned_pages_can_neither_be_held_nor_touched()
    {
        using var memory = new PageMemory(1);
        var lease = Lease(memory, 0, 1);
        var kept = lease.Memory;
        lease.LetGo();

        Assert.False(lease.TryHold());
        Assert.Throws<ObjectDisposedException>(() => lease.GetSpan().Length);
        Assert.Throws<ObjectDisposedException>(() => lease.Pin().Dispose());
        Assert.Throws<ObjectDisposedException>(() => kept.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => kept.Pin().Dispose());
    }

    [Fact]
    public void Hold_given_back_twice_is_a_defect_and_the_pages_stay_returned()
    {
        using var memory = new PageMemory(1);
        var lease = Lease(memory, 0, 1);
        lease.LetGo();

        Assert.Throws<InvariantException>(lease.Release);

        Assert.True(lease.IsReturned);
        Assert.False(lease.TryHold());
        Assert.Throws<ObjectDisposedException>(() => lease.GetSpan().Length);
        Assert.Single(_returned);
    }

    [Fact]
    public async Task Holds_from_many_threads_return_the_pages_exactly_once()
    {
        using var memory = new PageMemory(1);
        for (var round = 0; round < 200; round++)
        {
            var returns = 0;
            var lease = memory.Lease(new PageRun(0, 1), _ => Interlocked.Increment(ref returns));
            var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                while (lease.TryHold())
                {
                    Assert.False(lease.IsReturned);
                    lease.Release();
                    lease.LetGo();
                }
            }));
            await Task.WhenAll(workers);
            Assert.Equal(1, returns);
        }
    }

    [Fact]
    public void Leases_of_one_memory_share_no_byte()
    {
        using var memory = new PageMemory(3);
        var (first, second) = (Lease(memory, 0, 1), Lease(memory, 1, 2));

        first.GetSpan().Fill(1);
        second.GetSpan().Fill(2);

        Assert.Equal(-1, first.GetSpan().IndexOfAnyExcept((byte)1));
        Assert.Equal(-1, second.GetSpan().IndexOfAnyExcept((byte)2));
    }

    [Fact]
    public void Work_without_pages_has_a_lease_all_the_same()
    {
        using var memory = new PageMemory(1);
        var lease = Lease(memory, 0, 0);

        Assert.True(lease.Memory.IsEmpty);
        Assert.True(lease.TryHold());
        lease.LetGo();
        lease.Release();
        Assert.Single(_returned);
    }

    [Fact]
    public void Memory_is_freed_when_it_was_disposed_and_the_last_lease_is_back()
    {
        var memory = new PageMemory(2);
        var (first, second) = (Lease(memory, 0, 1), Lease(memory, 1, 1));
        Assert.Equal(2, memory.LeaseCount);

        first.LetGo();
        memory.Dispose();
        memory.Dispose();

        Assert.Equal(1, memory.LeaseCount);
        Assert.False(memory.IsFreed);
        second.GetSpan().Fill(7);
        second.LetGo();
        Assert.True(memory.IsFreed);
        Assert.Equal(0, memory.LeaseCount);
    }

    [Fact]
    public void Memory_without_leases_is_freed_at_once()
    {
        var memory = new PageMemory(1);
        Lease(memory, 0, 1).LetGo();
        Assert.False(memory.IsFreed);

        memory.Dispose();

        Assert.True(memory.IsFreed);
    }

    [Fact]
    public void Disposed_memory_lends_nothing_even_while_leases_are_out()
    {
        var memory = new PageMemory(2);
        var lease = Lease(memory, 0, 1);
        memory.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Lease(memory, 1, 1));

        lease.LetGo();
        Assert.Throws<ObjectDisposedException>(() => Lease(memory, 1, 1));
        Assert.True(memory.IsFreed);
    }

    [Fact]
    public async Task Lease_taken_while_the_memory_is_disposed_keeps_it_or_is_refused()
    {
        for (var round = 0; round < 2_000; round++)
        {
            var memory = new PageMemory(1);
            using var gate = new Barrier(2);
            var disposing = Task.Run(() =>
            {
                gate.SignalAndWait();
                memory.Dispose();
            });
            var leasing = Task.Run(() =>
            {
                gate.SignalAndWait();
                return TryLease(memory);
            });
            await disposing;
            if (await leasing is { } lease)
            {
                Assert.False(memory.IsFreed);
                lease.LetGo();
            }

            Assert.True(memory.IsFreed);
        }
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 3)]
    [InlineData(2, 1)]
    public void Run_outside_of_the_memory_is_a_defect(int first, int count)
    {
        using var memory = new PageMemory(2);

        Assert.Throws<InvariantException>(() => Lease(memory, first, count));

        Assert.Equal(0, memory.LeaseCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PageMemory(0));
    }

    [Fact]
    public void Pages_are_aligned_to_pages()
    {
        using var memory = new PageMemory(2);
        var lease = Lease(memory, 1, 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => lease.Pin(PageBudget.PageSize + 1).Dispose());
        Assert.True(AddressOf(lease) % PageBudget.PageSize == 0);
    }

#if DEBUG
    [Fact]
    public void Returned_pages_read_as_poison_in_debug_builds()
    {
        using var memory = new PageMemory(2);
        var (kept, lease) = (Lease(memory, 0, 1), Lease(memory, 1, 1));
        kept.GetSpan().Fill(1);
        lease.GetSpan().Fill(2);

        lease.LetGo();

        Assert.Equal(-1, Lease(memory, 1, 1).GetSpan().IndexOfAnyExcept(PageMemory.Poison));
        Assert.Equal(-1, kept.GetSpan().IndexOfAnyExcept((byte)1));
    }
#endif

    private static nint AddressOf(PageLease lease) =>
        Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(lease.GetSpan()));

    private static PageLease? TryLease(PageMemory memory)
    {
        try
        {
            return memory.Lease(new PageRun(0, 1), _ => { });
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private PageLease Lease(PageMemory memory, int first, int count) =>
        memory.Lease(new PageRun(first, count), lease => _returned.Add(lease.Run));
}
