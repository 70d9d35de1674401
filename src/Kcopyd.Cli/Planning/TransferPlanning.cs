using System.Collections.Immutable;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Planning;

/// <summary>Decides ranges and lengths, and refuses what cannot be, from descriptions of the devices. Pure.</summary>
/// <remarks>
/// Lengths are bytes, so that a copy of a file with an odd length is byte-exact: a target is made as long as the
/// bytes that
/// there are, not as the sectors that they occupy.
/// </remarks>
internal static class TransferPlanning
{
    /// <summary>Plans a job.</summary>
    /// <exception cref="RefusedException">The numbers conflict; the sentence has them.</exception>
    internal static TransferPlan Plan(
        TransferRequest request, BlockDeviceDescription? source, ImmutableArray<BlockDeviceDescription> targets)
    {
        var sourceRange = source is null ? null : SourceRange(request, source);
        var (sectors, bytes) = sourceRange is { } range
            ? (range.Count, Math.Max(0, Math.Min(source!.LengthBytes, range.End * Sectors.Size) - range.StartBytes))
            : ZeroSize(request, targets);
        var start = request.TargetSector ?? 0;
        if (start > SectorRange.Limit - sectors)
        {
            throw new RefusedException(
                $"--target-sector {start} with {sectors} sectors is too large: "
                + $"there are at most {SectorRange.Limit} sectors");
        }

        var written = SectorRange.Create(start, sectors);
        var plans = targets
            .Select(target => PlanTarget(request, target, written, bytes) with
            {
                IsSource = source is not null && StorageOverlap.IsSameDevice(source, target),
            })
            .ToImmutableArray();
        var plan = new TransferPlan(sourceRange, bytes, plans);
        if (request.Kind != CopyJobKind.Verify)
        {
            StorageOverlap.Refuse(plan, source, targets);
        }

        return plan;
    }

    private static SectorRange? SourceRange(TransferRequest request, BlockDeviceDescription source)
    {
        if (!source.Exists)
        {
            throw Missing(source);
        }

        var length = Sectors.FromBytes(source.LengthBytes);
        var start = request.SourceSector;
        var count = request.SectorCount ?? Math.Max(0, length - start);
        return start <= length && count <= length - start
            ? SectorRange.Create(start, count)
            : throw new RefusedException(
                $"the source {source.Uri} has {length} sectors ({SizeText.Format(source.LengthBytes)}), "
                + (request.SectorCount is null
                    ? $"so there is nothing from sector {start} on"
                    : $"which is less than {count} sectors from sector {start} on"));
    }

    /// <summary>Without a count, zeros go to the end of the targets, which therefore have to be equally long.</summary>
    private static (long Sectors, long Bytes) ZeroSize(
        TransferRequest request, ImmutableArray<BlockDeviceDescription> targets)
    {
        if (request.SectorCount is { } count)
        {
            return (count, Sectors.ToBytes(count));
        }

        var first = targets[0];
        foreach (var target in targets)
        {
            if (!target.Exists)
            {
                throw new RefusedException(
                    $"{target.Uri}: no such file or device, and no --count says how long a new file is to be");
            }

            if (Sectors.FromBytes(target.LengthBytes) != Sectors.FromBytes(first.LengthBytes))
            {
                throw new RefusedException(
                    $"{first.Uri} has {Sectors.FromBytes(first.LengthBytes)} sectors and "
                    + $"{target.Uri} has {Sectors.FromBytes(target.LengthBytes)}: "
                    + "give a --count that fits both, or zero one after the other");
            }
        }

        var start = request.TargetSector ?? 0;
        var length = Sectors.FromBytes(first.LengthBytes);
        return start <= length
            ? (length - start, Math.Max(0, first.LengthBytes - (start * Sectors.Size)))
            : throw new RefusedException(
                $"{first.Uri} has {length} sectors ({SizeText.Format(first.LengthBytes)}), "
                + $"so there is nothing from sector {start} on");
    }

    /// <summary>A mistyped device is no file to create: it would fill the memory that holds /dev, and be gone with
    /// it.</summary>
    private static void RefuseDeviceName(string uri)
    {
        if (DevicePath.IsUnderDev(uri))
        {
            throw new RefusedException($"there is no device {uri}, and a file is not created under /dev");
        }
    }

    private static TargetPlan PlanTarget(
        TransferRequest request, BlockDeviceDescription target, SectorRange range, long bytes)
    {
        var needed = range.StartBytes + bytes;
        var isVerify = request.Kind == CopyJobKind.Verify;
        if (!target.Exists)
        {
            RefuseDeviceName(target.Uri);
            return target.IsResizable && !isVerify
                ? new TargetPlan(target.Uri, range, TargetPreparation.Create, needed)
                : throw Missing(target);
        }

        // Zeros past an odd end are lost on nobody; bytes of a source would be.
        var hasRoom = request.Kind == CopyJobKind.Zero
            ? Sectors.FromBytes(target.LengthBytes) >= range.End
            : target.LengthBytes >= needed;
        if (hasRoom)
        {
            return new TargetPlan(target.Uri, range, TargetPreparation.None, target.LengthBytes);
        }

        if (!target.IsResizable || isVerify || request.TargetSector is not null)
        {
            throw TooShort(request, target, range, needed);
        }

        return new TargetPlan(target.Uri, range, TargetPreparation.Extend, needed);
    }

    private static RefusedException TooShort(
        TransferRequest request, BlockDeviceDescription target, SectorRange range, long needed)
    {
        var what = request.Kind == CopyJobKind.Verify ? "comparison" : "job";
        var hint = target.IsResizable && request.Kind != CopyJobKind.Verify
            ? "; a file is extended only without --target-sector"
            : string.Empty;
        return new RefusedException(
            $"the target {target.Uri} is too small: it has {target.LengthBytes} bytes "
            + $"({SizeText.Format(target.LengthBytes)}) and the {what} needs {needed} ({SizeText.Format(needed)}), "
            + $"{range.Count} sectors from sector {range.Start} on{hint}");
    }

    private static RefusedException Missing(BlockDeviceDescription device) =>
        new($"{device.Uri}: no such file or device");
}
