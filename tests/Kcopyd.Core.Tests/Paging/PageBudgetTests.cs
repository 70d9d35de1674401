using Kcopyd.Core.Paging;

namespace Kcopyd.Core.Tests.Paging;

public sealed class PageBudgetTests
{
    [Fact]
    public void Budget_agrees_with_a_map_of_pages_after_any_takes_and_gives() =>
        Seeded.Run(200, (_, random) =>
        {
            var total = random.Next(1, 65);
            var budget = new PageBudget(total);
            var owners = new int[total];
            var held = new List<PageRun>();
            var peak = 0;
            for (var step = 1; step <= 200; step++)
            {
                if (held.Count > 0 && random.Next(2) == 0)
                {
                    Give(budget, owners, held, random.Next(held.Count));
                }
                else
                {
                    Take(budget, owners, held, random.Next(total + 1), step);
                }

                var taken = owners.Count(owner => owner != 0);
                peak = Math.Max(peak, taken);
                Assert.Equal((taken, total - taken, peak), (budget.TakenPages, budget.FreePages, budget.PeakPages));
            }

            // The head of a queue waits for what others hold: when all is back, the whole budget is one run again.
            held.ForEach(budget.Give);
            Assert.True(budget.TryTake(total, out var all));
            Assert.Equal(new PageRun(0, total), all);
        });

    [Fact]
    public void K14_with_pages_for_one_segment_a_queue_is_served_one_at_a_time_in_order()
    {
        const int SegmentPages = 128;
        var budget = new PageBudget(SegmentPages);
        var served = new List<int>();
        var waiting = new Queue<int>(Enumerable.Range(0, 100));
        while (waiting.TryPeek(out var head))
        {
            Assert.True(budget.TryTake(SegmentPages, out var run));
            Assert.False(budget.TryTake(1, out _));
            served.Add(head);
            waiting.Dequeue();
            budget.Give(run);
        }

        Assert.Equal(Enumerable.Range(0, 100), served);
        Assert.Equal(SegmentPages, budget.PeakPages);
        Assert.Equal(0, budget.TakenPages);
    }

    [Fact]
    public void K15_a_refusal_takes_nothing_so_that_the_head_gets_all_that_comes_back()
    {
        var budget = new PageBudget(10);
        Assert.True(budget.TryTake(6, out var first));

        Assert.False(budget.TryTake(8, out var refused));

        Assert.Equal(default, refused);
        Assert.Equal(4, budget.FreePages);
        budget.Give(first);
        Assert.True(budget.TryTake(8, out _));
    }

    [Fact]
    public void Pages_in_pieces_are_no_run_until_they_join_up()
    {
        // pages  0 1 2 3 4 5
        // held     x   x       4 are free, no 3 of them in a row
        var budget = new PageBudget(6);
        var runs = new PageRun[6];
        for (var i = 0; i < runs.Length; i++)
        {
            Assert.True(budget.TryTake(1, out runs[i]));
        }

        budget.Give(runs[0]);
        budget.Give(runs[2]);
        budget.Give(runs[4]);
        budget.Give(runs[5]);
        Assert.False(budget.TryTake(3, out _));

        budget.Give(runs[3]);

        Assert.True(budget.TryTake(3, out var joined));
        Assert.Equal(new PageRun(2, 3), joined);
    }

    [Fact]
    public void More_than_the_budget_could_never_be_granted()
    {
        var budget = new PageBudget(4);

        Assert.Throws<ArgumentOutOfRangeException>(() => budget.TryTake(5, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => budget.TryTake(-1, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PageBudget(0));
    }

    [Fact]
    public void Nothing_is_taken_and_given_back_for_nothing()
    {
        var budget = new PageBudget(1);
        Assert.True(budget.TryTake(1, out _));

        Assert.True(budget.TryTake(0, out var nothing));

        budget.Give(nothing);
        Assert.Equal(1, budget.TakenPages);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(6, 4)]
    [InlineData(-1, 1)]
    [InlineData(5, -1)]
    public void Giving_back_what_is_not_held_is_a_defect(int first, int count)
    {
        // pages  0 1 2 3 4 5 6 7
        // held       x x
        var budget = new PageBudget(8);
        Assert.True(budget.TryTake(2, out var lower));
        Assert.True(budget.TryTake(2, out _));
        budget.Give(lower);

        Assert.Throws<InvariantException>(() => budget.Give(new PageRun(first, count)));

        Assert.Equal(2, budget.TakenPages);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4096, 1)]
    [InlineData(4097, 2)]
    [InlineData(512 * 1024, 128)]
    public void Bytes_fill_whole_pages(long bytes, int pages) => Assert.Equal(pages, PageBudget.PagesFor(bytes));

    [Fact]
    public void Bytes_beyond_all_pages_overflow() =>
        Assert.Throws<OverflowException>(() => PageBudget.PagesFor(long.MaxValue));

    private static void Take(PageBudget budget, int[] owners, List<PageRun> held, int count, int owner)
    {
        var fits = LongestFree(owners) >= count;
        Assert.Equal(fits, budget.TryTake(count, out var run));
        if (!fits || count == 0)
        {
            return;
        }

        Assert.Equal(count, run.Count);
        for (var page = run.First; page < run.End; page++)
        {
            Assert.Equal(0, owners[page]);
            owners[page] = owner;
        }

        held.Add(run);
    }

    private static void Give(PageBudget budget, int[] owners, List<PageRun> held, int index)
    {
        budget.Give(held[index]);
        Array.Clear(owners, held[index].First, held[index].Count);
        held.RemoveAt(index);
    }

    private static int LongestFree(int[] owners)
    {
        var (longest, current) = (0, 0);
        foreach (var owner in owners)
        {
            current = owner == 0 ? current + 1 : 0;
            longest = Math.Max(longest, current);
        }

        return longest;
    }
}
