using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>What an exception table should hold, one entry for each exception.</summary>
internal sealed class ExceptionModel
{
    private readonly Dictionary<long, long> _news = [];

    private readonly SortedSet<long> _olds = [];

    public int Count => _news.Count;

    public IReadOnlyDictionary<long, long> News => _news;

    public IEnumerable<long> Olds => _olds;

    /// <summary>Does to both what the table is asked to, and compares the answers.</summary>
    public void Add(ExceptionTable table, long oldChunk, long newChunk)
    {
        var isNew = _news.TryAdd(oldChunk, newChunk);
        if (isNew)
        {
            _olds.Add(oldChunk);
        }

        Assert.Equal(isNew, table.TryAdd(oldChunk, newChunk));
        Assert.Equal(Count, table.Count);
    }

    /// <summary>Does to both what the table is asked to, and compares the answers.</summary>
    public void Remove(ExceptionTable table, long oldChunk)
    {
        _olds.Remove(oldChunk);
        Assert.Equal(_news.Remove(oldChunk), table.Remove(oldChunk));
        Assert.Equal(Count, table.Count);
    }

    /// <summary>Compares all that can be asked of one chunk.</summary>
    public void AssertSameAt(ExceptionTable table, long oldChunk, long limit)
    {
        var isThere = _news.TryGetValue(oldChunk, out var expected);
        Assert.Equal(isThere, table.Contains(oldChunk));
        Assert.Equal(isThere, table.TryFind(oldChunk, out var found));
        Assert.Equal(isThere ? expected : ExceptionRun.None, found);

        var run = table.FindRun(oldChunk, limit);
        Assert.Equal(oldChunk, run.OldFirst);
        Assert.Equal(found, run.NewFirst);
        Assert.Equal(isThere, run.IsMapped);
        if (!isThere)
        {
            Assert.Equal(NextOrLimit(oldChunk, limit), run.OldEnd);
            return;
        }

        Assert.InRange(run.Count, 1, limit - oldChunk);
        for (var i = 0L; i < run.Count; i++)
        {
            Assert.Equal(run.NewFirst + i, _news[oldChunk + i]);
        }
    }

    /// <summary>Compares everything there is.</summary>
    public void AssertSame(ExceptionTable table)
    {
        var runs = table.Runs().ToList();
        Assert.Equal(Count, table.Count);
        Assert.Equal(runs.Count, table.RunCount);
        Assert.All(runs, run => Assert.InRange(run.Count, 1, ExceptionTable.RunLimit));
        Assert.Equal(
            _olds.Select(old => (old, _news[old])),
            runs.SelectMany(run => Range(run.Count).Select(i => (run.OldFirst + i, run.NewFirst + i))));
        var end = 0L;
        foreach (var run in runs)
        {
            if (run.OldFirst > end)
            {
                Assert.Equal(
                    new ExceptionRun(end, ExceptionRun.None, run.OldFirst - end), table.FindRun(end, run.OldEnd));
            }

            Assert.Equal(run, table.FindRun(run.OldFirst, ExceptionTable.OldChunkLimit));
            end = run.OldEnd;
        }
    }

    private static IEnumerable<long> Range(long count)
    {
        for (var i = 0L; i < count; i++)
        {
            yield return i;
        }
    }

    private long NextOrLimit(long oldChunk, long limit)
    {
        var between = _olds.GetViewBetween(oldChunk, limit - 1);
        return between.Count > 0 ? between.Min : limit;
    }
}
