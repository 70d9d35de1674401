using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>What is wrong with a request, found out before any I/O. Pure, save that it looks at geometries.</summary>
public static class CopyRequestRules
{
    /// <summary>The first conflict, with the numbers that conflict; null if there is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="totalPages">The client's budget in pages.</param>
    public static CopyRejection? Check(CopyRequest request, int totalPages)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CheckCounts(request)
            ?? CheckRegions(request)
            ?? CheckOverlaps(request)
            ?? CheckBudget(request, totalPages);
    }

    private static CopyRejection? CheckCounts(CopyRequest request)
    {
        if (request.Targets.IsDefaultOrEmpty || request.Targets.Length > CopyOptions.MaxTargets)
        {
            var count = request.Targets.IsDefault ? 0 : request.Targets.Length;
            return new CopyRejection(
                CopyRejectionKind.TargetCount, $"A job has 1 to {CopyOptions.MaxTargets} targets, not {count}.");
        }

        if (request.Kind == CopyJobKind.Copy && request.Source is null)
        {
            return new CopyRejection(CopyRejectionKind.TargetCount, "A copy has a source.");
        }

        if (request.Kind == CopyJobKind.Zero && request.Source is not null)
        {
            return new CopyRejection(CopyRejectionKind.TargetCount, "Zeroing has no source.");
        }

        var expected = (request.Source ?? request.Targets[0]).Range.Count;
        foreach (var target in request.Targets)
        {
            if (target.Range.Count != expected)
            {
                return new CopyRejection(
                    CopyRejectionKind.UnequalCounts,
                    $"{Name(target)} gets {target.Range.Count} sectors, but the job is about {expected}.");
            }
        }

        return null;
    }

    private static CopyRejection? CheckRegions(CopyRequest request)
    {
        if (request.Source is { } source && (CheckBounds(source) ?? CheckAlignment(source)) is { } wrong)
        {
            return wrong;
        }

        foreach (var target in request.Targets)
        {
            var rejection = CheckBounds(target)
                ?? CheckReadOnly(request.Kind, target)
                ?? CheckAlignment(target)
                ?? CheckOddEnd(request, target);
            if (rejection is not null)
            {
                return rejection;
            }
        }

        return null;
    }

    private static CopyRejection? CheckBounds(IoRegion region)
    {
        var length = region.Device.Geometry.LengthSectors;
        return region.Range.End <= length
            ? null
            : new CopyRejection(
                CopyRejectionKind.OutOfBounds,
                $"{Name(region)} has {length} sectors, but the range {region.Range} ends at sector "
                + $"{region.Range.End}.");
    }

    private static CopyRejection? CheckReadOnly(CopyJobKind kind, IoRegion target) =>
        kind != CopyJobKind.Verify && target.Device.Geometry.IsReadOnly
            ? new CopyRejection(CopyRejectionKind.ReadOnly, $"{Name(target)} is read-only.")
            : null;

    private static CopyRejection? CheckAlignment(IoRegion region)
    {
        var geometry = region.Device.Geometry;
        var block = geometry.LogicalBlockSize;

        // The end may be anywhere where the device itself ends.
        var endsWithDevice = region.Range.End * Sectors.Size >= geometry.LengthBytes;
        var isAligned = region.Range.StartBytes % block == 0
            && (endsWithDevice || (region.Range.End * Sectors.Size) % block == 0);
        return isAligned
            ? null
            : new CopyRejection(
                CopyRejectionKind.Misaligned,
                $"{Name(region)} has blocks of {block} bytes, but the range {region.Range} is not made of whole ones.");
    }

    private static CopyRejection? CheckOddEnd(CopyRequest request, IoRegion target)
    {
        if (request.Source is not { } source)
        {
            return null;
        }

        // The source's last sector may be partial; the target must have room for its bytes, though not for the padding.
        var bytes = Math.Min(source.Range.CountBytes, source.Device.Geometry.LengthBytes - source.Range.StartBytes);
        var room = target.Device.Geometry.LengthBytes - target.Range.StartBytes;
        return bytes <= room
            ? null
            : new CopyRejection(
                CopyRejectionKind.OutOfBounds,
                $"{Name(target)} has room for {room} bytes, but the source has {bytes}.");
    }

    private static CopyRejection? CheckOverlaps(CopyRequest request)
    {
        for (var i = 0; i < request.Targets.Length; i++)
        {
            var target = request.Targets[i];
            if (request.Source is { } source
                && (request.Kind != CopyJobKind.Verify || IsSame(source, target))
                && FindOverlap(source, target) is { } shared)
            {
                return new CopyRejection(
                    CopyRejectionKind.Overlap,
                    $"{Name(target)} and the source {Name(source)} are the same storage, and "
                    + $"{Describe(source, target, shared)}.");
            }

            if (request.Kind != CopyJobKind.Verify && OverlapsItself(target))
            {
                return new CopyRejection(
                    CopyRejectionKind.TargetTwice, $"Parts of the target {Name(target)} are the same storage.");
            }

            for (var j = 0; j < i && request.Kind != CopyJobKind.Verify; j++)
            {
                if (FindOverlap(request.Targets[j], target) is { } twice)
                {
                    return new CopyRejection(
                        CopyRejectionKind.TargetTwice,
                        $"The targets {Name(request.Targets[j])} and {Name(target)} are the same storage, and "
                        + $"{Describe(request.Targets[j], target, twice)}.");
                }
            }
        }

        return null;
    }

    /// <summary>Whether two regions are the same bytes by two names. Only that makes a comparison pointless: of
    /// a snapshot and its origin, or two parts of a disk that overlap, each is read and nothing is written.</summary>
    private static bool IsSame(IoRegion left, IoRegion right) =>
        left.Device.Locate(left.Range.StartBytes, left.Range.CountBytes)
            .SequenceEqual(right.Device.Locate(right.Range.StartBytes, right.Range.CountBytes));

    private static bool OverlapsItself(IoRegion region)
    {
        var extents = region.Device.Locate(region.Range.StartBytes, region.Range.CountBytes);
        return extents.Where((extent, index) => extents.Take(index).Any(extent.Overlaps)).Any();
    }

    private static StorageExtent? FindOverlap(IoRegion left, IoRegion right)
    {
        if (left.Range.IsEmpty || right.Range.IsEmpty)
        {
            return null;
        }

        var others = right.Device.Locate(right.Range.StartBytes, right.Range.CountBytes);
        foreach (var extent in left.Device.Locate(left.Range.StartBytes, left.Range.CountBytes))
        {
            foreach (var other in others)
            {
                if (extent.Overlaps(other))
                {
                    var start = Math.Max(extent.Offset, other.Offset);
                    var end = Math.Min(extent.Offset + extent.Length, other.Offset + other.Length);
                    return new StorageExtent(extent.Storage, start, end - start);
                }
            }
        }

        return null;
    }

    private static string Describe(IoRegion left, IoRegion right, StorageExtent shared) =>
        $"the ranges {left.Range} and {right.Range} share {shared.Length} bytes";

    private static CopyRejection? CheckBudget(CopyRequest request, int totalPages)
    {
        var range = request.Source?.Range ?? request.Targets[0].Range;
        var spec = new CopyJobSpec(request.Kind, range.Count, request.Targets.Length, request.Options);
        var needed = spec.LeastPages;
        return needed <= totalPages
            ? null
            : new CopyRejection(
                CopyRejectionKind.BudgetTooSmall,
                $"A segment needs {needed} pages, but the budget is {totalPages} pages of 4096 bytes.");
    }

    private static string Name(IoRegion region) => region.Device.Identity.Uri;
}
