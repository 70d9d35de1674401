namespace Kcopyd.Nbd.Client;

/// <summary>Which bytes of a read have come. A server may send them in any pieces and any order, each once.</summary>
/// <remarks>Most come in one piece, or in order: then there is one run.</remarks>
internal sealed class ReadCoverage(int length)
{
    private readonly List<(int Start, int End)> _runs = [];

    /// <summary>Whether all are there.</summary>
    public bool IsWhole => _runs is [(0, var end)] && end == length;

    /// <summary>Takes a piece.</summary>
    /// <returns>False where it is out of bounds, or some of it came before.</returns>
    public bool TryAdd(long start, long count)
    {
        if (start < 0 || count <= 0 || start > length || count > length - start)
        {
            return false;
        }

        var (first, end) = ((int)start, (int)(start + count));
        var at = _runs.FindIndex(run => run.End >= first);
        at = at < 0 ? _runs.Count : at;
        var overlaps = (at < _runs.Count && _runs[at].End > first && _runs[at].Start < end)
            || (at + 1 < _runs.Count && _runs[at + 1].Start < end);
        if (overlaps)
        {
            return false;
        }

        Insert(at, first, end);
        return true;
    }

    private void Insert(int at, int first, int end)
    {
        if (at < _runs.Count && _runs[at].End == first)
        {
            first = _runs[at].Start;
            _runs.RemoveAt(at);
        }

        if (at < _runs.Count && _runs[at].Start == end)
        {
            end = _runs[at].End;
            _runs.RemoveAt(at);
        }

        _runs.Insert(at, (first, end));
    }
}
