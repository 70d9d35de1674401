using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Reporting;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Mirrors;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>What of the legs is to be compared, and what was found. Does no I/O.</summary>
/// <remarks>
/// A difference is named by its segment, and a segment may hold many regions. So what differs is compared again finely,
/// a region a segment; regions that are less than a page, or cannot be read, each for itself.
/// </remarks>
internal sealed class LegComparison(MirrorTable table, ImmutableArray<IBlockDevice> legs, RegionBits clean)
{
    /// <summary>What a job covers: a signal ends it soon.</summary>
    private static readonly ByteCount JobSize = 64.MiB;

    /// <summary>Segments of a fine job. With 8 targets that is fewer failures than a job lists.</summary>
    private const int FineSegments = CopyJobState.MaxFailures / (MirrorTable.MaxLegs - 1);

    /// <summary>What a person reads of them; more do not help.</summary>
    private const int MostReasons = 8;

    private readonly ExtentSet _mismatches = new();
    private readonly List<string> _reasons = [];
    private readonly Queue<Part> _again = new();
    private readonly long _regionBytes = Sectors.ToBytes(table.Geometry.RegionSize);
    private long _next;
    private long _compared;
    private long _passed;
    private long _mismatched;
    private bool _isCut;

    /// <summary>Regions that are compared, or were passed over.</summary>
    internal long DoneRegions => _compared + _passed;

    /// <summary>What was found so far.</summary>
    internal MirrorCheckResult Result => new(clean.Count, _compared, _mismatched, [.. _mismatches])
    {
        Skipped = clean.Count - clean.SetCount,
        Reasons = [.. _reasons],
        WasInterrupted = _isCut,
    };

    /// <summary>What is compared next; null after the last, or after a job that was cancelled.</summary>
    internal Part? Next()
    {
        if (_isCut)
        {
            return null;
        }

        if (_again.TryDequeue(out var again))
        {
            return again;
        }

        var found = _next < clean.Count ? clean.NextSet(_next) : -1;
        var first = found < 0 ? clean.Count : found;
        _passed += first - _next;
        _next = first;
        if (first == clean.Count)
        {
            return null;
        }

        var end = clean.NextClear(first);
        _next = Math.Min(end < 0 ? clean.Count : end, first + Math.Max(1, JobSize.Value / _regionBytes));
        return new Part(new RegionRun(first, _next - 1), IsFine: false);
    }

    /// <summary>A job that compares a part.</summary>
    internal CopyRequest RequestOf(Part part)
    {
        var range = RangeOf(part.Regions);
        var request = CopyRequest.Verify(
            RegionOf(0, range), [.. Enumerable.Range(1, legs.Length - 1).Select(leg => RegionOf(leg, range))]);
        return part.IsFine ? request with { Options = new CopyOptions { SegmentSize = FineSegment } } : request;
    }

    /// <summary>A job ended.</summary>
    internal void Compared(Part part, CopyCompleted completed)
    {
        var regions = part.Regions;
        if (completed.Outcome == CopyOutcome.Cancelled)
        {
            _isCut = true;
        }
        else if (completed.Outcome == CopyOutcome.Completed)
        {
            _compared += regions.Count;
        }
        else if (regions.Count == 1)
        {
            Blame(regions, completed);
            _compared++;
            _mismatched++;
        }
        else if (!part.IsFine)
        {
            CompareAgain(regions, FineSegments * Math.Max(1, FineSegment.Value / _regionBytes), isFine: true);
        }
        else if (IsTold(completed))
        {
            _compared += regions.Count;
            _mismatched += completed.Details.Select(RegionOf).Distinct().Count();
            Blame(regions, completed);
        }
        else
        {
            CompareAgain(regions, 1, isFine: false);
        }
    }

    /// <summary>A segment of a fine job: a region, where it is a page at least.</summary>
    private ByteCount FineSegment =>
        new(Math.Clamp(_regionBytes, PageBudget.PageSize, CopyOptions.Default.SegmentSize.Value));

    /// <summary>Whether a job says of every region whether it differs.</summary>
    private bool IsTold(CopyCompleted completed) =>
        _regionBytes >= PageBudget.PageSize
        && completed.FailureCount == completed.Details.Length
        && completed.Details.All(failure => failure.Kind == CopyFailureKind.Mismatch);

    private void CompareAgain(RegionRun regions, long most, bool isFine)
    {
        for (var first = regions.First; first <= regions.Last; first += most)
        {
            _again.Enqueue(new Part(new RegionRun(first, Math.Min(regions.Last, first + most - 1)), isFine));
        }
    }

    private void Blame(RegionRun regions, CopyCompleted completed)
    {
        foreach (var failure in completed.Details)
        {
            _mismatches.Add(RangeOf(failure));
            if (failure.Kind != CopyFailureKind.Mismatch && _reasons.Count < MostReasons)
            {
                _reasons.Add(failure.Reason.TrimEnd('.'));
            }
        }

        if (completed.Details.IsEmpty)
        {
            _mismatches.Add(RangeOf(regions));
        }
    }

    private long RegionOf(CopyFailure failure) => table.Geometry.RegionOf(RangeOf(failure).Start);

    /// <summary>Where the mirror has what failed on a leg.</summary>
    private SectorRange RangeOf(CopyFailure failure) =>
        failure.Range.Shift(-table.Legs[failure.Target is { } target ? target + 1 : 0].Offset);

    private IoRegion RegionOf(int leg, SectorRange range) => new(legs[leg], range.Shift(table.Legs[leg].Offset));

    private SectorRange RangeOf(RegionRun regions) => SectorRange.Between(
        table.Geometry.RangeOf(regions.First).Start, table.Geometry.RangeOf(regions.Last).End);

    /// <summary>Regions that one job compares.</summary>
    internal readonly record struct Part(RegionRun Regions, bool IsFine);
}
