using Kcopyd.Nbd.Protocol;

namespace Kcopyd.Nbd.Client;

/// <summary>Which bytes of a read have come. A server may send them in any pieces and any order, each once.</summary>
/// <remarks>Most come in one piece, or in order: then there is one run.</remarks>
internal sealed class ReadCoverage(int length)
{
    /// <summary>The most runs: of the longest read, in sectors of 512 bytes, every other one comes first. A server that
    /// needs more wants to cost us time and memory.</summary>
    internal const int MaxRuns = NbdLimits.MaxPayload / 512 / 2;

    /// <summary>In order, with something between each and the next.</summary>
    private readonly List<(int Start, int End)> _runs = [];

    /// <summary>Whether all are there.</summary>
    public bool IsWhole => _runs is [(0, var end)] && end == length;

    /// <summary>Takes a piece.</summary>
    /// <returns>False where it is out of bounds, or some of it came before.</returns>
    /// <exception cref="NbdProtocolException">Too many pieces lie apart.</exception>
    public bool TryAdd(long start, long count)
    {
        if (start < 0 || count <= 0 || start > length || count > length - start)
        {
            return false;
        }

        var (first, end) = ((int)start, (int)(start + count));
        var at = FirstThatEndsFrom(first);
        var isJoined = at < _runs.Count && _runs[at].End == first;
        var next = isJoined ? at + 1 : at;
        if (next < _runs.Count && _runs[next].Start < end)
        {
            return false;
        }

        Add(first, end, isJoined, next);
        return true;
    }

    private int FirstThatEndsFrom(int position)
    {
        var (low, high) = (0, _runs.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _runs[middle].End < position ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Add(int first, int end, bool joinsPrevious, int next)
    {
        var joinsNext = next < _runs.Count && _runs[next].Start == end;
        switch (joinsPrevious, joinsNext)
        {
            case (true, true):
                _runs[next - 1] = (_runs[next - 1].Start, _runs[next].End);
                _runs.RemoveAt(next);
                break;
            case (true, false):
                _runs[next - 1] = (_runs[next - 1].Start, end);
                break;
            case (false, true):
                _runs[next] = (first, _runs[next].End);
                break;
            case (false, false) when _runs.Count < MaxRuns:
                _runs.Insert(next, (first, end));
                break;
            default:
                throw new NbdProtocolException($"the server sends a read in more than {MaxRuns} pieces that lie apart");
        }
    }
}
