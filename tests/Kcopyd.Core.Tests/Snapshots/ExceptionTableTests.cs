using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

public sealed class ExceptionTableTests
{
    private const long LastOld = ExceptionTable.OldChunkLimit - 1;

    private const long LastNew = ExceptionTable.NewChunkLimit - 1;

    /// <summary>Records of a leaf, and those of a branch of 512 leaves: ascending exceptions fill them.</summary>
    private const int Leaf = 512;

    private const int Branch = 512 * Leaf;

    [Fact]
    public void Empty_table_has_nothing_and_all_of_it_is_one_run()
    {
        var table = new ExceptionTable();

        Assert.Equal((0, 0), (table.Count, table.RunCount));
        Assert.False(table.TryFind(0, out var found));
        Assert.Equal(ExceptionRun.None, found);
        Assert.False(table.Remove(0));
        Assert.Empty(table.Runs());
        Assert.Equal(
            new ExceptionRun(0, ExceptionRun.None, ExceptionTable.OldChunkLimit),
            table.FindRun(0, ExceptionTable.OldChunkLimit));
    }

    [Fact]
    public void Second_exception_of_a_chunk_is_refused_and_the_first_stays()
    {
        var table = Table((10, 2), (11, 3), (12, 4));

        Assert.False(table.TryAdd(10, 2));
        Assert.False(table.TryAdd(11, 99));
        Assert.False(table.TryAdd(12, 5));

        Assert.Equal([new ExceptionRun(10, 2, 3)], table.Runs());
        Assert.Equal(3, table.Count);
    }

    [Fact]
    public void Consecutive_exceptions_are_one_run_at_either_end()
    {
        Assert.Equal([new ExceptionRun(10, 2, 3)], Table((10, 2), (11, 3), (12, 4)).Runs());
        Assert.Equal([new ExceptionRun(10, 2, 3)], Table((12, 4), (11, 3), (10, 2)).Runs());
    }

    [Fact]
    public void Exception_between_two_runs_joins_them()
    {
        // old  10 11 12 13 14
        // new   2  3  .  5  6
        Assert.Equal(
            [new ExceptionRun(10, 2, 5)], Table((10, 2), (11, 3), (13, 5), (14, 6), (12, 4)).Runs());
    }

    [Fact]
    public void Neighbours_that_do_not_follow_each_other_in_the_store_stay_apart()
    {
        Assert.Equal(3, Table((10, 2), (11, 4), (12, 3)).RunCount);
        Assert.Equal(2, Table((10, 2), (12, 3)).RunCount);
        Assert.Equal(2, Table((10, LastNew), (11, 0)).RunCount);
    }

    [Theory]
    [InlineData(256, 1)]
    [InlineData(257, 2)]
    [InlineData(512, 2)]
    [InlineData(100_000, 391)]
    public void Run_ends_at_256_chunks(int count, int runs)
    {
        var (ascending, descending) = (new ExceptionTable(), new ExceptionTable());
        for (var i = 0; i < count; i++)
        {
            Assert.True(ascending.TryAdd(1000 + i, 2 + i));
            Assert.True(descending.TryAdd(1000 + count - 1 - i, 2 + count - 1 - i));
        }

        Assert.Equal((count, runs), (ascending.Count, ascending.RunCount));
        Assert.Equal((count, runs), (descending.Count, descending.RunCount));
        Assert.Equal(new ExceptionRun(1000, 2, 256), ascending.Runs().First());
        Assert.Equal(256, descending.Runs().Last().Count);
    }

    [Fact]
    public void Two_runs_of_more_than_256_chunks_are_not_joined()
    {
        var table = new ExceptionTable();
        foreach (var old in Enumerable.Range(0, 257).Where(old => old != 128))
        {
            table.TryAdd(old, old + 2);
        }

        Assert.True(table.TryAdd(128, 130));

        Assert.Equal([new ExceptionRun(0, 2, 129), new ExceptionRun(129, 131, 128)], table.Runs());
    }

    [Fact]
    public void Removal_shortens_a_run_at_its_ends_and_cuts_it_in_the_middle()
    {
        var table = Table([.. Enumerable.Range(0, 10).Select(i => (100L + i, 2L + i))]);

        Assert.True(table.Remove(109));
        Assert.True(table.Remove(100));
        Assert.True(table.Remove(104));

        Assert.Equal([new ExceptionRun(101, 3, 3), new ExceptionRun(105, 7, 4)], table.Runs());
        Assert.Equal((7, 2), (table.Count, table.RunCount));
        Assert.False(table.Remove(104));
    }

    [Fact]
    public void Every_run_of_a_full_table_can_be_cut()
    {
        var table = new ExceptionTable();
        for (var i = 0; i < 30_000; i++)
        {
            table.TryAdd((i / 3 * 4L) + (i % 3), 2 + i);
        }

        Assert.Equal(10_000, table.RunCount);
        for (var run = 0; run < 10_000; run++)
        {
            Assert.True(table.Remove((run * 4L) + 1));
        }

        Assert.Equal((20_000, 20_000), (table.Count, table.RunCount));
        Assert.All(table.Runs().Index(), run => Assert.Equal(
            new ExceptionRun(run.Index * 2L, 2 + (run.Index / 2 * 3) + (run.Index % 2 * 2), 1), run.Item));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(511)]
    public void Branch_that_is_full_can_be_cut_at_any_leaf(int leaf)
    {
        var table = Ascending(Branch);
        var inside = (2L * ((leaf * Leaf) + (Leaf / 2))) + 1;

        Assert.True(table.TryAdd(inside, Branch));
        Assert.False(table.TryAdd(inside, Branch));

        Assert.True(table.TryFind(inside, out var found));
        Assert.Equal(Branch, found);
        Assert.DoesNotContain(Enumerable.Range(0, Branch), i =>
            table.FindRun(2L * i, ExceptionTable.OldChunkLimit) != new ExceptionRun(2L * i, i, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    public void Leaf_that_is_emptied_leaves_a_gap_that_can_be_filled(int leaf)
    {
        var table = Ascending(Branch + (4 * Leaf));
        var (first, end) = (leaf * Leaf, (leaf + 1) * Leaf);
        for (var i = first; i < end; i++)
        {
            Assert.True(table.Remove(2L * i));
        }

        for (var i = first; i < end; i++)
        {
            Assert.False(table.Remove(2L * i));
            Assert.Equal(
                new ExceptionRun(2L * i, ExceptionRun.None, 2 * (end - i)),
                table.FindRun(2L * i, ExceptionTable.OldChunkLimit));
        }

        for (var i = end - 1; i >= first; i--)
        {
            Assert.True(table.TryAdd(2L * i, i));
        }

        Assert.Equal(Branch + (4 * Leaf), table.RunCount);
        Assert.DoesNotContain(table.Runs().Index(), run => run.Item != new ExceptionRun(2L * run.Index, run.Index, 1));
    }

    [Fact]
    public void Run_begins_at_the_chunk_asked_for_and_ends_before_the_limit()
    {
        var table = Table([.. Enumerable.Range(0, 10).Select(i => (100L + i, 2L + i))]);

        Assert.Equal(new ExceptionRun(103, 5, 7), table.FindRun(103, 1000));
        Assert.Equal(new ExceptionRun(103, 5, 2), table.FindRun(103, 105));
        Assert.Equal(new ExceptionRun(90, ExceptionRun.None, 10), table.FindRun(90, 1000));
        Assert.Equal(new ExceptionRun(90, ExceptionRun.None, 5), table.FindRun(90, 95));
        Assert.Equal(new ExceptionRun(110, ExceptionRun.None, 890), table.FindRun(110, 1000));
        Assert.Equal(new ExceptionRun(109, 11, 1), table.FindRun(109, 1000));
    }

    [Fact]
    public void Run_without_exceptions_reaches_over_any_distance()
    {
        var table = Table((0, 7), (LastOld, LastNew));

        Assert.Equal(
            new ExceptionRun(1, ExceptionRun.None, LastOld - 1), table.FindRun(1, ExceptionTable.OldChunkLimit));
        Assert.Equal(new ExceptionRun(LastOld, LastNew, 1), table.FindRun(LastOld, ExceptionTable.OldChunkLimit));
        Assert.Equal([new ExceptionRun(0, 7, 1), new ExceptionRun(LastOld, LastNew, 1)], table.Runs());
    }

    [Fact]
    public void Chunk_2_to_the_32_further_is_another_chunk()
    {
        const long Far = 1L << 32;
        var table = Table((1, 2), (5, 3), (9, 4));

        Assert.False(table.Contains(Far + 5));
        Assert.False(table.Remove(Far + 5));
        Assert.Equal(new ExceptionRun(Far + 5, ExceptionRun.None, 95), table.FindRun(Far + 5, Far + 100));
        Assert.True(table.TryAdd(Far + 5, 5));
        Assert.True(table.TryAdd(Far + 1, Far));

        Assert.Equal([1, 5, 9, Far + 1, Far + 5], table.Runs().Select(run => run.OldFirst));
        Assert.Equal([2, 3, 4, Far, 5], table.Runs().Select(run => run.NewFirst));
    }

    [Fact]
    public void Runs_can_be_long_with_the_highest_numbers()
    {
        var table = new ExceptionTable();
        for (var i = 255; i >= 0; i--)
        {
            Assert.True(table.TryAdd(LastOld - i, LastNew - i));
        }

        Assert.Equal([new ExceptionRun(LastOld - 255, LastNew - 255, 256)], table.Runs());
    }

    [Fact]
    public void Chunk_zero_of_a_store_is_a_place_as_good_as_any()
    {
        var table = Table((5, 0));

        Assert.True(table.TryFind(5, out var found));
        Assert.Equal(0, found);
        Assert.Equal(new ExceptionRun(5, 0, 1), table.FindRun(5, 6));
    }

    [Fact]
    public void Cleared_table_is_as_new()
    {
        var table = Table((1, 2), (1L << 40, 3));

        table.Clear();

        Assert.Equal((0, 0), (table.Count, table.RunCount));
        Assert.False(table.Contains(1));
        Assert.True(table.TryAdd(1, 9));
        Assert.Equal([new ExceptionRun(1, 9, 1)], table.Runs());
    }

    [Fact]
    public void Change_while_runs_are_listed_is_refused()
    {
        var table = Table((1, 2), (5, 3));
        using var runs = table.Runs().GetEnumerator();
        Assert.True(runs.MoveNext());

        table.Remove(5);

        Assert.Throws<InvalidOperationException>(() => runs.MoveNext());
    }

    [Fact]
    public void Chunks_out_of_bounds_are_refused()
    {
        var table = Table((1, 2));

        Assert.Throws<ArgumentOutOfRangeException>(() => table.TryAdd(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.TryAdd(ExceptionTable.OldChunkLimit, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.TryAdd(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.TryAdd(0, ExceptionTable.NewChunkLimit));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.TryFind(-1, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Contains(ExceptionTable.OldChunkLimit));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Remove(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.FindRun(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.FindRun(8, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.FindRun(8, ExceptionTable.OldChunkLimit + 1));
        Assert.Equal(1, table.Count);
    }

    private static ExceptionTable Ascending(int count)
    {
        var table = new ExceptionTable();
        for (var i = 0; i < count; i++)
        {
            Assert.True(table.TryAdd(2L * i, i));
        }

        return table;
    }

    private static ExceptionTable Table(params (long Old, long New)[] exceptions)
    {
        var table = new ExceptionTable();
        foreach (var (old, @new) in exceptions)
        {
            Assert.True(table.TryAdd(old, @new));
        }

        return table;
    }
}
