using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Planning;

/// <summary>Plans a job as its journal describes it. Pure.</summary>
/// <remarks>Whether a device is the one that was recorded is for the engine to say; this says whether the job has room
/// on what is there.</remarks>
internal static class ResumePlanning
{
    /// <summary>Plans it.</summary>
    /// <param name="job">What the journal says.</param>
    /// <param name="source">The source now; null for zeros.</param>
    /// <param name="targets">The targets now.</param>
    /// <param name="mayPrepare">Whether missing targets are created and short ones extended: only when the job begins
    /// afresh.</param>
    /// <exception cref="RefusedException">Something is not there or has no room.</exception>
    internal static TransferPlan Plan(
        JobDescription job,
        BlockDeviceDescription? source,
        ImmutableArray<BlockDeviceDescription> targets,
        bool mayPrepare)
    {
        SectorRange? range = job.Source is { } region
            ? SectorRange.Create(region.FirstSector, job.SectorCount)
            : null;
        var bytes = range is null ? Sectors.ToBytes(job.SectorCount) : SourceBytes(source!, range.Value);
        var plans = targets
            .Select((target, i) => PlanTarget(job, target, i, bytes) switch
            {
                { Preparation: TargetPreparation.None } plan => plan,
                { } plan when mayPrepare => plan,
                _ => throw Unfit(target, job.Targets[i], bytes),
            })
            .Select((plan, i) => plan with
            {
                IsSource = source is not null && StorageOverlap.IsSameDevice(source, targets[i]),
            });
        return new TransferPlan(range, bytes, [.. plans]);
    }

    private static long SourceBytes(BlockDeviceDescription source, SectorRange range)
    {
        if (!source.Exists)
        {
            throw new RefusedException($"the source {source.Uri} is not there");
        }

        return Sectors.FromBytes(source.LengthBytes) >= range.End
            ? Math.Min(source.LengthBytes, range.End * Sectors.Size) - range.StartBytes
            : throw new RefusedException(
                $"the source {source.Uri} is not the same: it is {source.LengthBytes} bytes long, "
                + $"and the job is about its sectors up to {range.End}");
    }

    private static TargetPlan PlanTarget(JobDescription job, BlockDeviceDescription target, int index, long bytes)
    {
        var range = SectorRange.Create(job.Targets[index].FirstSector, job.SectorCount);
        var needed = range.StartBytes + bytes;
        if (!target.Exists)
        {
            return target.IsResizable && !DevicePath.IsUnderDev(target.Uri)
                ? new TargetPlan(target.Uri, range, TargetPreparation.Create, needed)
                : throw new RefusedException($"the target {target.Uri} is not there");
        }

        var hasRoom = job.Kind == CopyJobKind.Zero
            ? Sectors.FromBytes(target.LengthBytes) >= range.End
            : target.LengthBytes >= needed;
        if (hasRoom)
        {
            return new TargetPlan(target.Uri, range, TargetPreparation.None, target.LengthBytes);
        }

        return target.IsResizable
            ? new TargetPlan(target.Uri, range, TargetPreparation.Extend, needed)
            : throw Unfit(target, job.Targets[index], bytes);
    }

    private static RefusedException Unfit(BlockDeviceDescription target, JobRegion region, long bytes) =>
        new(target.Exists
            ? $"the target {target.Uri} is not the same: it is {target.LengthBytes} bytes long, "
                + $"and the job needs {Sectors.ToBytes(region.FirstSector) + bytes}"
            : $"the target {target.Uri} is not there");
}
