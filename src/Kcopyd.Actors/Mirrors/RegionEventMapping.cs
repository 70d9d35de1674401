using System.Collections.Immutable;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Events of a mirror's log to and from their form in the journal. Pure.</summary>
internal static class RegionEventMapping
{
    /// <summary>The clean regions are written as runs or as bits, whichever is shorter.</summary>
    public static Protocol.RegionLogWhole ToWire(RegionEvent.Whole e)
    {
        var wire = new Protocol.RegionLogWhole
        {
            RegionSize = e.RegionSize,
            RegionCount = e.Clean.Count,
            Epoch = e.Epoch,
        };
        if (!TryAddRuns(wire.CleanRuns, e.Clean))
        {
            var bytes = new byte[e.Clean.Words.Length * sizeof(ulong)];
            e.Clean.Write(bytes);
            wire.CleanRuns.Clear();
            wire.CleanBits = UnsafeByteOperations.UnsafeWrap(bytes);
        }

        return wire;
    }

    public static Protocol.RegionLogChange ToWire(RegionEvent.Change e)
    {
        var wire = new Protocol.RegionLogChange();
        AddRuns(wire.MarkedRuns, e.Marked);
        AddRuns(wire.CleanedRuns, e.Cleaned);
        return wire;
    }

    /// <exception cref="ArgumentException">It makes no log.</exception>
    public static RegionEvent.Whole FromWire(Protocol.RegionLogWhole wire)
    {
        if (!MirrorGeometry.IsRegionSize(wire.RegionSize))
        {
            throw new ArgumentException($"No region has {wire.RegionSize} sectors.", nameof(wire));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(wire.RegionCount, nameof(wire));
        var clean = new RegionBits(wire.RegionCount);
        if (wire.CleanBits.Length > 0)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(
                wire.CleanBits.Length, clean.Words.Length * sizeof(ulong), nameof(wire));
            clean.Read(wire.CleanBits.Span);
        }

        new RegionEvent.Change([], Runs(wire.CleanRuns)).ApplyTo(clean);
        return new RegionEvent.Whole(wire.RegionSize, wire.Epoch, clean);
    }

    public static RegionEvent.Change FromWire(Protocol.RegionLogChange wire) =>
        new(Runs(wire.MarkedRuns), Runs(wire.CleanedRuns));

    /// <summary>Adds the runs of regions that are set, unless their bits are shorter.</summary>
    private static bool TryAddRuns(RepeatedField<ulong> wire, RegionBits bits)
    {
        var limit = bits.Words.Length * sizeof(ulong);
        var (size, end) = (0, 0L);
        foreach (var run in RegionRuns.Of(bits))
        {
            size += CodedOutputStream.ComputeUInt64Size((ulong)(run.First - end))
                + CodedOutputStream.ComputeUInt64Size((ulong)run.Count);
            if (size > limit)
            {
                return false;
            }

            end = AddRun(wire, end, run);
        }

        return true;
    }

    private static void AddRuns(RepeatedField<ulong> wire, ImmutableArray<RegionRun> runs)
    {
        var end = 0L;
        foreach (var run in runs)
        {
            end = AddRun(wire, end, run);
        }
    }

    private static long AddRun(RepeatedField<ulong> wire, long end, RegionRun run)
    {
        wire.Add((ulong)(run.First - end));
        wire.Add((ulong)run.Count);
        return run.Last + 1;
    }

    private static ImmutableArray<RegionRun> Runs(RepeatedField<ulong> wire)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(wire.Count % 2, 0, nameof(wire));
        var runs = ImmutableArray.CreateBuilder<RegionRun>(wire.Count / 2);
        var end = 0L;
        for (var i = 0; i < wire.Count; i += 2)
        {
            ArgumentOutOfRangeException.ThrowIfZero(wire[i + 1], nameof(wire));
            var first = checked(end + (long)wire[i]);
            end = checked(first + (long)wire[i + 1]);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(end, MirrorGeometry.MaxRegionCount, nameof(wire));
            runs.Add(new RegionRun(first, end - 1));
        }

        return runs.ToImmutable();
    }
}
