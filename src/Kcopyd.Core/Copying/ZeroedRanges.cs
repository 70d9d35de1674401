using System.Collections.Immutable;

namespace Kcopyd.Core.Copying;

/// <summary>The list of unreadable ranges that were written as zeros. Pure.</summary>
public static class ZeroedRanges
{
    /// <summary>The list with one range more, which joins those that it touches or overlaps: one bad run is one range,
    /// however many segments it spans and however often it was met.</summary>
    public static ImmutableList<CopyFailure> Join(ImmutableList<CopyFailure> list, CopyFailure failure)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(failure);
        bool Touches(CopyFailure other) =>
            other.Errno == failure.Errno
            && other.Range.End >= failure.Range.Start
            && failure.Range.End >= other.Range.Start;

        var neighbours = list.FindAll(Touches);
        if (neighbours.IsEmpty)
        {
            return list.Add(failure);
        }

        var start = Math.Min(failure.Range.Start, neighbours.Min(other => other.Range.Start));
        var end = Math.Max(failure.Range.End, neighbours.Max(other => other.Range.End));
        return list.RemoveAll(Touches).Add(neighbours[0] with { Range = SectorRange.Between(start, end) });
    }
}
