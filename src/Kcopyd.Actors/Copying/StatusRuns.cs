using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Block status in bytes of a device as runs of a job's sectors.</summary>
internal static class StatusRuns
{
    /// <summary>Rounds data outwards and holes inwards, so that a segment never cuts a block.</summary>
    /// <param name="extents">From the start of the range on, without gaps; may end early.</param>
    /// <param name="origin">The byte at which the job begins on the device.</param>
    /// <param name="asked">What was asked about, in bytes of the device.</param>
    /// <param name="granularity">What runs begin and end at, in sectors; the ends of what was asked about
    /// apart.</param>
    public static ImmutableArray<StatusRun> From(
        IReadOnlyList<BlockExtent> extents, long origin, (long Start, long End) asked, long granularity)
    {
        var runs = ImmutableArray.CreateBuilder<StatusRun>();
        var known = Floor(asked.Start - origin);
        foreach (var extent in extents.Where(extent => extent.Status != BlockStatus.Data))
        {
            // Up to here everything that is not a hole is data.
            var from = extent.Offset <= asked.Start ? known : Ceiling(extent.Offset - origin, granularity);
            var to = End(extent, origin, asked.End, granularity);
            if (to > from)
            {
                AddRun(runs, known, from, false);
                AddRun(runs, from, to, true);
                known = to;
            }
        }

        AddRun(runs, known, Covered(extents, origin, asked.End), false);
        return runs.DrainToImmutable();
    }

    private static long Covered(IReadOnlyList<BlockExtent> extents, long origin, long end) =>
        Sectors.FromBytes((extents.Count == 0 ? end : Math.Min(end, extents[^1].Offset + extents[^1].Length)) - origin);

    private static long End(BlockExtent extent, long origin, long end, long granularity)
    {
        var last = extent.Offset + extent.Length;
        return last >= end ? Sectors.FromBytes(end - origin) : Floor(last - origin) / granularity * granularity;
    }

    private static long Floor(long bytes) => bytes / Sectors.Size;

    private static long Ceiling(long bytes, long granularity) =>
        (Sectors.FromBytes(bytes) + granularity - 1) / granularity * granularity;

    private static void AddRun(ImmutableArray<StatusRun>.Builder runs, long start, long end, bool isZero)
    {
        if (start < end)
        {
            runs.Add(new StatusRun(SectorRange.Between(start, end), isZero));
        }
    }
}
