using System.Collections;

namespace Kcopyd.Core;

/// <summary>
/// A set of sectors, kept as ascending runs that neither overlap nor touch. Not safe for concurrent use.
/// </summary>
/// <remarks>Adding or removing a range costs a binary search plus the runs that it joins or cuts.</remarks>
public sealed class ExtentSet : IReadOnlyList<SectorRange>
{
    private readonly List<SectorRange> _runs = [];

    /// <summary>An empty set.</summary>
    public ExtentSet()
    {
    }

    /// <summary>A set of the given ranges, in any order, overlapping or not.</summary>
    public ExtentSet(IEnumerable<SectorRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        foreach (var range in ranges)
        {
            Add(range);
        }
    }

    /// <summary>How many sectors are in the set.</summary>
    public long SectorCount { get; private set; }

    /// <summary>How many runs there are.</summary>
    public int Count => _runs.Count;

    /// <summary>Whether no sector is in the set.</summary>
    public bool IsEmpty => _runs.Count == 0;

    /// <summary>The run at a place in ascending order.</summary>
    public SectorRange this[int index] => _runs[index];

    /// <summary>Puts every sector of <paramref name="range"/> into the set.</summary>
    /// <returns>How many of them were not in it before.</returns>
    public long Add(SectorRange range)
    {
        if (range.IsEmpty)
        {
            return 0;
        }

        // Runs that overlap or touch the range become one with it.
        var first = FirstEndingAtOrAfter(range.Start);
        var last = first;
        var (start, end, known) = (range.Start, range.End, 0L);
        while (last < _runs.Count && _runs[last].Start <= range.End)
        {
            start = Math.Min(start, _runs[last].Start);
            end = Math.Max(end, _runs[last].End);
            known += _runs[last].Count;
            last++;
        }

        Replace(first, last - first, SectorRange.Between(start, end));
        var added = end - start - known;
        SectorCount += added;
        return added;
    }

    /// <summary>Takes every sector of <paramref name="range"/> out of the set.</summary>
    /// <returns>How many of them were in it.</returns>
    public long Remove(SectorRange range)
    {
        if (range.IsEmpty)
        {
            return 0;
        }

        var first = FirstEndingAtOrAfter(range.Start + 1);
        var last = first;
        var removed = 0L;
        var remaining = new List<SectorRange>(2);
        while (last < _runs.Count && _runs[last].Start < range.End)
        {
            var run = _runs[last];
            removed += run.Intersect(range).Count;
            AddUnlessEmpty(remaining, run.Start, Math.Min(run.End, range.Start));
            AddUnlessEmpty(remaining, Math.Max(run.Start, range.End), run.End);
            last++;
        }

        _runs.RemoveRange(first, last - first);
        _runs.InsertRange(first, remaining);
        SectorCount -= removed;
        return removed;
    }

    /// <summary>Whether every sector of <paramref name="range"/> is in the set; true for an empty range.</summary>
    public bool Contains(SectorRange range)
    {
        if (range.IsEmpty)
        {
            return true;
        }

        var index = FirstEndingAtOrAfter(range.Start + 1);
        return index < _runs.Count && _runs[index].Contains(range);
    }

    /// <summary>The parts of <paramref name="range"/> that are in the set, ascending.</summary>
    public IEnumerable<SectorRange> Within(SectorRange range)
    {
        if (range.IsEmpty)
        {
            yield break;
        }

        for (var i = FirstEndingAtOrAfter(range.Start + 1); i < _runs.Count && _runs[i].Start < range.End; i++)
        {
            yield return _runs[i].Intersect(range);
        }
    }

    /// <summary>The parts of <paramref name="range"/> that are not in the set, ascending.</summary>
    public IEnumerable<SectorRange> Missing(SectorRange range)
    {
        var next = range.Start;
        foreach (var present in Within(range))
        {
            if (present.Start > next)
            {
                yield return SectorRange.Between(next, present.Start);
            }

            next = present.End;
        }

        if (next < range.End)
        {
            yield return SectorRange.Between(next, range.End);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<SectorRange> GetEnumerator() => _runs.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void AddUnlessEmpty(List<SectorRange> runs, long start, long end)
    {
        if (start < end)
        {
            runs.Add(SectorRange.Between(start, end));
        }
    }

    private void Replace(int index, int count, SectorRange run)
    {
        if (count == 0)
        {
            _runs.Insert(index, run);
            return;
        }

        _runs[index] = run;
        _runs.RemoveRange(index + 1, count - 1);
    }

    private int FirstEndingAtOrAfter(long sector)
    {
        var (low, high) = (0, _runs.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_runs[middle].End >= sector)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
