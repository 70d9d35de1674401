using System.Collections.Immutable;

namespace Kcopyd.Core.Snapshots;

/// <summary>Gathers exceptions that are to be filled, into as few copies as possible: one read of the origin for all
/// snapshots of one chunk size, and one for consecutive chunks.</summary>
internal sealed class FillPlan
{
    /// <summary>The most targets of one copy.</summary>
    private const int MaxTargets = 64;

    private readonly List<ChunkException> _exceptions = [];

    /// <summary>Whether nothing is to be filled.</summary>
    public bool IsEmpty => _exceptions.Count == 0;

    public void Add(ChunkException exception) => _exceptions.Add(exception);

    /// <summary>The copies, clipped at the end of the origin. The plan is empty then.</summary>
    /// <param name="length">The size of the origin; unit: sectors.</param>
    public List<ChunkFill> Take(long length)
    {
        List<ChunkFill> fills = [];
        var sorted = Sorted();
        for (var first = 0; first < sorted.Count;)
        {
            var width = WidthAt(sorted, first);
            var rows = 1;
            while (Continues(sorted, first + (rows * width), width))
            {
                rows++;
            }

            AddFills(fills, sorted.GetRange(first, rows * width), width, length);
            first += rows * width;
        }

        _exceptions.Clear();
        return fills;
    }

    /// <summary>By chunk size, then by chunk; of one chunk, the snapshots in the order they came.</summary>
    private List<ChunkException> Sorted()
    {
        _exceptions.RemoveAll(static exception => !exception.Snapshot.IsValid);
        for (var i = 1; i < _exceptions.Count; i++)
        {
            if (KeyOf(_exceptions[i - 1]).CompareTo(KeyOf(_exceptions[i])) > 0)
            {
                return [.. _exceptions.OrderBy(KeyOf)];
            }
        }

        return _exceptions;
    }

    private static (int ChunkSectors, long Chunk) KeyOf(ChunkException exception) =>
        (exception.Snapshot.Layout.ChunkSectors, exception.OldChunk);

    /// <summary>How many snapshots need the same chunk.</summary>
    private static int WidthAt(List<ChunkException> sorted, int first)
    {
        var width = 1;
        while (first + width < sorted.Count && KeyOf(sorted[first + width]) == KeyOf(sorted[first]))
        {
            width++;
        }

        return width;
    }

    /// <summary>Whether the same snapshots need the next chunk, and have it next too.</summary>
    private static bool Continues(List<ChunkException> sorted, int row, int width)
    {
        if (row + width > sorted.Count || WidthAt(sorted, row) != width)
        {
            return false;
        }

        for (var i = row; i < row + width; i++)
        {
            var (last, next) = (sorted[i - width], sorted[i]);
            if (last.Snapshot != next.Snapshot
                || last.OldChunk + 1 != next.OldChunk
                || last.NewChunk + 1 != next.NewChunk)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The copies of consecutive chunks that all the same snapshots need.</summary>
    private static void AddFills(List<ChunkFill> fills, List<ChunkException> run, int width, long length)
    {
        var layout = run[0].Snapshot.Layout;
        var source = SectorRange.Between(
            layout.RangeOf(run[0].OldChunk).Start, Math.Min(layout.RangeOf(run[^1].OldChunk).End, length));
        for (var first = 0; first < width; first += MaxTargets)
        {
            var targets = Enumerable.Range(first, Math.Min(MaxTargets, width - first));
            fills.Add(new ChunkFill(source, [.. targets.Select(index => TargetOf(run, index, width))]));
        }
    }

    private static ChunkFillTarget TargetOf(List<ChunkException> run, int index, int width)
    {
        var exceptions = ImmutableArray.CreateBuilder<ChunkException>(run.Count / width);
        for (var i = index; i < run.Count; i += width)
        {
            exceptions.Add(run[i]);
        }

        var first = exceptions[0];
        return new ChunkFillTarget(
            first.Snapshot, first.Snapshot.Layout.RangeOf(first.NewChunk).Start, exceptions.MoveToImmutable());
    }
}
