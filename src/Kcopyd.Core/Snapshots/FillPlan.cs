using System.Collections.Immutable;

namespace Kcopyd.Core.Snapshots;

/// <summary>Gathers exceptions that are to be filled, into as few copies as possible: one read of the origin for all
/// snapshots of one chunk size, and one for consecutive chunks.</summary>
internal sealed class FillPlan
{
    /// <summary>The most targets of one copy.</summary>
    private const int MaxTargets = 64;

    private readonly SortedDictionary<(int ChunkSectors, long Chunk), List<ChunkException>> _chunks = [];

    public void Add(ChunkException exception)
    {
        var key = (exception.Snapshot.Layout.ChunkSectors, exception.OldChunk);
        if (!_chunks.TryGetValue(key, out var exceptions))
        {
            exceptions = [];
            _chunks.Add(key, exceptions);
        }

        exceptions.Add(exception);
    }

    /// <summary>The copies, clipped at the end of the origin.</summary>
    /// <param name="length">The size of the origin; unit: sectors.</param>
    public IEnumerable<ChunkFill> Take(long length)
    {
        List<List<ChunkException>> run = [];
        foreach (var (_, exceptions) in _chunks)
        {
            if (run.Count > 0 && !Continues(run[^1], exceptions))
            {
                foreach (var fill in FillsOf(run, length))
                {
                    yield return fill;
                }

                run.Clear();
            }

            run.Add(exceptions);
        }

        foreach (var fill in run.Count > 0 ? FillsOf(run, length) : [])
        {
            yield return fill;
        }
    }

    private static bool Continues(List<ChunkException> last, List<ChunkException> next) =>
        last.Count == next.Count
        && last.Zip(next).All(static pair =>
            pair.First.Snapshot == pair.Second.Snapshot
            && pair.First.OldChunk + 1 == pair.Second.OldChunk
            && pair.First.NewChunk + 1 == pair.Second.NewChunk);

    private static IEnumerable<ChunkFill> FillsOf(List<List<ChunkException>> run, long length)
    {
        var (first, last) = (run[0][0], run[^1][0]);
        var layout = first.Snapshot.Layout;
        var source = SectorRange.Between(
            layout.RangeOf(first.OldChunk).Start, Math.Min(layout.RangeOf(last.OldChunk).End, length));
        List<List<ChunkException>> copied = [.. run];
        return Enumerable.Range(0, run[0].Count).Chunk(MaxTargets).Select(indexes => new ChunkFill(
            source, [.. indexes.Select(index => TargetOf([.. copied.Select(chunk => chunk[index])]))]));
    }

    private static ChunkFillTarget TargetOf(ImmutableArray<ChunkException> exceptions) => new(
        exceptions[0].Snapshot, exceptions[0].Snapshot.Layout.RangeOf(exceptions[0].NewChunk).Start, exceptions);
}
