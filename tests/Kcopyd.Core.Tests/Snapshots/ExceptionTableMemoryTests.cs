using System.Diagnostics;
using Kcopyd.Core.Snapshots;
using Xunit.Abstractions;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>What a million exceptions take.</summary>
[Collection(MemoryCollection.Name)]
public sealed class ExceptionTableMemoryTests(ITestOutputHelper output)
{
    private const int Million = 1_000_000;

    private const int LargeObjects = 3;

    private const long MiB = 1024 * 1024;

    [Fact]
    public void Million_exceptions_in_no_order_take_eleven_MiB_and_leave_nothing_behind() =>
        AssertTakes(11 * MiB, i => (Scatter(i, 31), 2 + i));

    [Fact]
    public void Million_exceptions_anywhere_in_the_largest_origin_take_sixteen_MiB() =>
        AssertTakes(16 * MiB, i => (Scatter(i, 54), 2 + i));

    [Fact]
    public void Million_exceptions_of_the_largest_origin_and_store_take_twenty_MiB() =>
        AssertTakes(20 * MiB, i => (Scatter(i, 54), Scatter(i, 56)));

    [Fact]
    public void Million_ascending_exceptions_fill_their_leaves() =>
        AssertTakes(9 * MiB, i => (3L * i, 2 + i));

    [Fact]
    public void Million_descending_exceptions_fill_their_leaves() =>
        AssertTakes(9 * MiB, i => (3L * (Million - i), 2 + i));

    [Fact]
    public void Million_exceptions_of_writers_that_take_turns_take_eleven_MiB() =>
        AssertTakes(11 * MiB, i => (((i % 16L) << 24) + (i / 16 * 2), 2 + i));

    [Fact]
    public void Million_consecutive_exceptions_take_next_to_nothing() =>
        AssertTakes(MiB / 8, i => (i, 2 + i));

    [Fact]
    public void Runs_that_come_in_no_order_give_back_what_they_needed_apart()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var before = LiveBytes();
        var table = new ExceptionTable();
        for (var i = 0; i < 1 << 20; i++)
        {
            var old = Scatter(i, 20);
            table.TryAdd(old, old);
        }

        var live = LiveBytes() - before;
        output.WriteLine($"{table.RunCount} runs, {live} bytes, "
            + $"{GC.GetAllocatedBytesForCurrentThread() - allocated} allocated");
        Assert.InRange(table.RunCount, 1 << 12, 1 << 14);
        Assert.True(live <= MiB / 2, $"{live} bytes");
        GC.KeepAlive(table);
    }

    [Fact]
    public void Removed_exceptions_give_their_memory_back()
    {
        var before = LiveBytes();
        var table = new ExceptionTable();
        for (var i = 0; i < Million; i++)
        {
            table.TryAdd(Scatter(i, 31), 2 + i);
        }

        for (var i = Million - 1; i >= 1000; i--)
        {
            Assert.True(table.Remove(Scatter(i, 31)));
        }

        var live = LiveBytes() - before;
        output.WriteLine($"{table.Count} exceptions that are left take {live} bytes.");
        Assert.True(live <= MiB / 4, $"{live} bytes");
        GC.KeepAlive(table);
    }

    /// <summary>Counts all that was ever allocated, so that nothing is hidden in what a collection took back. Of this
    /// thread: who runs the tests allocates on others, whenever it likes.</summary>
    private void AssertTakes(long mostBytes, Func<int, (long Old, long New)> exceptionOf)
    {
        var large = LargeObjectBytes();
        var before = LiveBytes();
        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();

        var table = new ExceptionTable();
        for (var i = 0; i < Million; i++)
        {
            var (old, @new) = exceptionOf(i);
            table.TryAdd(old, @new);
        }

        var took = watch.Elapsed;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        var live = LiveBytes() - before;
        output.WriteLine($"{table.Count} exceptions in {table.RunCount} runs: {live / (double)MiB:F2} MiB live, "
            + $"{allocated / (double)MiB:F2} MiB allocated, {(double)live / table.Count:F2} bytes each, "
            + $"{took.TotalMilliseconds:F0} ms");

        Assert.Equal(Million, table.Count);
        Assert.True(live <= mostBytes, $"{live} bytes");
        Assert.InRange(allocated, 0, mostBytes);
        Assert.InRange(LargeObjectBytes(), 0, large);
    }

    /// <summary>What other tests left behind is gone; what went with it later can make a difference negative.</summary>
    private static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static long LargeObjectBytes()
    {
        GC.Collect();
        return GC.GetGCMemoryInfo(GCKind.FullBlocking).GenerationInfo[LargeObjects].SizeAfterBytes;
    }

    /// <summary>A number of its own for each below 2^bits, in no order.</summary>
    private static long Scatter(int number, int bits)
    {
        // Each step can be undone within the bits, so no two numbers meet.
        var mask = (1UL << bits) - 1;
        var value = (ulong)number;
        for (var i = 0; i < 3; i++)
        {
            value = (value * 0x9E3779B97F4A7C15) & mask;
            value ^= value >> (bits / 2);
        }

        return (long)value;
    }
}
