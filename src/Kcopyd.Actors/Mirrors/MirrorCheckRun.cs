using Kcopyd.Core;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>One comparison of the legs: which regions are next, and what was found.</summary>
internal sealed class MirrorCheckRun(MirrorGeometry geometry, IProgress<long>? progress, int mostInFlight)
{
    private readonly ExtentSet _mismatches = new();
    private readonly Queue<RegionRun> _apart = new();
    private readonly Queue<RegionRun> _deferred = new();
    private long _next;
    private long _compared;
    private long _skipped;
    private long _mismatched;
    private int _inFlight;

    /// <summary>Whether every region was compared or skipped.</summary>
    public bool IsDone => _compared + _skipped == geometry.RegionCount;

    /// <summary>What was found.</summary>
    public MirrorComparison Result =>
        new(_compared, _skipped, _mismatched, [.. _mismatches.Take(MirrorComparison.MaxRanges)]);

    /// <summary>The next regions to compare; null while enough are, or when there are no more.</summary>
    /// <param name="size">What one comparison covers where regions are smaller.</param>
    public RegionRun? Next(ByteCount size)
    {
        if (_inFlight >= mostInFlight)
        {
            return null;
        }

        if (_apart.TryDequeue(out var apart))
        {
            _inFlight++;
            return apart;
        }

        if (_next >= geometry.RegionCount)
        {
            return null;
        }

        var count = Math.Max(1, size.Value / Sectors.ToBytes(geometry.RegionSize));
        var regions = new RegionRun(_next, Math.Min(_next + count, geometry.RegionCount) - 1);
        _next = regions.Last + 1;
        _inFlight++;
        return regions;
    }

    /// <summary>Some of these regions cannot be compared: each for itself, or not at all.</summary>
    public void CompareApart(RegionRun regions)
    {
        _inFlight--;
        for (var region = regions.First; region <= regions.Last; region++)
        {
            _apart.Enqueue(new RegionRun(region, region));
        }
    }

    /// <summary>Something is done to this region: later.</summary>
    public void Defer(RegionRun region)
    {
        _inFlight--;
        _deferred.Enqueue(region);
    }

    /// <summary>What was deferred is tried again.</summary>
    public void CompareDeferred()
    {
        while (_deferred.TryDequeue(out var region))
        {
            _apart.Enqueue(region);
        }
    }

    /// <summary>These regions are not compared.</summary>
    public void Skip(RegionRun regions)
    {
        _inFlight--;
        _skipped += regions.Count;
        progress?.Report(_compared + _skipped);
    }

    /// <summary>These regions were compared.</summary>
    /// <param name="work">What compared them.</param>
    /// <param name="mismatches">Where legs differ, in sectors of the mirror.</param>
    public void Compared(RegionWork work, ExtentSet mismatches)
    {
        _inFlight--;
        _compared += work.Regions.Count;
        for (var region = work.Regions.First; region <= work.Regions.Last && !mismatches.IsEmpty; region++)
        {
            _mismatched += mismatches.Within(geometry.RangeOf(region)).Any() ? 1 : 0;
        }

        foreach (var range in mismatches)
        {
            if (_mismatches.Count < MirrorComparison.MaxRanges)
            {
                _mismatches.Add(range);
            }
        }

        progress?.Report(_compared + _skipped);
    }
}
