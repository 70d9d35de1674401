namespace Kcopyd.Core.Snapshots;

/// <summary>The chunks of a store that hold data, none of them twice.</summary>
/// <remarks>
/// They are allocated in rising order, and nearly always come so: those are kept as runs. The others, which come behind
/// a higher one, are kept one by one.
/// </remarks>
internal sealed class CowChunkSet(CowLayout layout)
{
    private readonly List<(long First, long Last)> _runs = [];
    private readonly HashSet<long> _late = [];

    /// <summary>The highest chunk; 1, which is area 0, while there is none.</summary>
    public long Highest { get; private set; } = CowLayout.FirstData - 1;

    /// <summary>Puts a chunk in. False where it is in already.</summary>
    public bool TryAdd(long chunk)
    {
        if (chunk <= Highest)
        {
            return !IsInRun(chunk) && _late.Add(chunk);
        }

        if (_runs.Count > 0 && chunk == layout.NextData(Highest))
        {
            _runs[^1] = _runs[^1] with { Last = chunk };
        }
        else
        {
            _runs.Add((chunk, chunk));
        }

        Highest = chunk;
        return true;
    }

    private bool IsInRun(long chunk)
    {
        var (low, high) = (0, _runs.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _runs[middle].Last < chunk ? (middle + 1, high) : (low, middle);
        }

        return _runs[low].First <= chunk;
    }
}
