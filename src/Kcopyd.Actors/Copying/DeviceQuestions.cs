using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>What a job asks its devices apart from segments. Each answers with the event to apply and never fails for
/// a device.</summary>
internal sealed class DeviceQuestions(CopyRequest request, CancellationToken abort)
{
    /// <summary>Holes are looked for in steps of 4 KiB: smaller ones are not worth a segment, and every block size
    /// divides it.</summary>
    private const long StatusGranularity = 4096 / Sectors.Size;

    private readonly ImmutableArray<long> _epochs = [.. request.Targets.Select(target => target.Device.WriteEpoch)];

    private TargetMask _flushed;

    /// <summary>Flushes targets, all at once; on return what was written to those without a failure is
    /// durable.</summary>
    public async Task<CopyJobEvent> FlushAsync(TargetMask targets)
    {
        var failures = await Task.WhenAll(targets.Indexes().Select(FlushAsync)).ConfigureAwait(false);
        _flushed = _flushed.Or(targets);
        return new CopyJobEvent.TargetsFlushed([.. failures.OfType<CopyFailure>()]);
    }

    /// <summary>Makes the comparison ask the medium, as far as the devices can.</summary>
    public async Task<CopyJobEvent> DropCachesAsync(TargetMask targets)
    {
        var regions = targets.Indexes().Select(index => request.Targets[index]);
        var all = regions.Append(request.Source).OfType<IoRegion>();
        await Task.WhenAll(all.Select(DropCacheAsync)).ConfigureAwait(false);
        return new CopyJobEvent.CachesDropped();
    }

    /// <summary>Asks every device whether its name still leads to it, and targets that were never flushed whether what
    /// was written to them is known to be lost.</summary>
    public async Task<CopyJobEvent> ConfirmAsync(TargetMask targets)
    {
        var questions = targets.Indexes().Select(index => ConfirmAsync(request.Targets[index], index));
        questions = request.Source is { } source ? questions.Append(ConfirmAsync(source, null)) : questions;
        var failures = await Task.WhenAll(questions).ConfigureAwait(false);
        return new CopyJobEvent.DevicesConfirmed([.. failures.OfType<CopyFailure>()]);
    }

    /// <summary>Asks the source which parts of a range are holes.</summary>
    /// <param name="range">Sectors counted from the job's first.</param>
    public async Task<CopyJobEvent> StatusAsync(SectorRange range)
    {
        var source = request.Source!;
        var origin = source.Range.StartBytes;
        var start = origin + range.StartBytes;
        var end = Math.Min(start + range.CountBytes, source.Device.Geometry.LengthBytes);
        try
        {
            var extents = await source.Device.GetBlockStatusAsync(start, end - start, abort).ConfigureAwait(false);
            return new CopyJobEvent.StatusKnown(StatusRuns.From(extents, origin, (start, end), StatusGranularity));
        }
        catch (Exception e) when (e is DeviceException or OperationCanceledException)
        {
            // Who cannot tell holes from data has data: the read will say what is wrong.
            return new CopyJobEvent.StatusKnown([new StatusRun(range, false)]);
        }
    }

    private async Task<CopyFailure?> FlushAsync(int target)
    {
        var region = request.Targets[target];
        try
        {
            await region.Device.FlushAsync(_epochs[target], abort).ConfigureAwait(false);
            return null;
        }
        catch (DeviceException e)
        {
            return DeviceFailures.From(e, CopyFailureKind.Flush, target, region.Range);
        }
        catch (OperationCanceledException)
        {
            return DeviceFailures.Aborted(target, region.Range) with { Kind = CopyFailureKind.Flush };
        }
    }

    private bool IsKnownToBeLost(int target) =>
        request.Kind != CopyJobKind.Verify
        && !_flushed.Contains(target)
        && request.Targets[target].Device.WriteEpoch != _epochs[target];

    private async Task DropCacheAsync(IoRegion region)
    {
        try
        {
            // What is dirty stays cached; after a copy everything is flushed already.
            await region.Device.DropCacheAsync(region.Range.StartBytes, region.Range.CountBytes, abort)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is DeviceException or OperationCanceledException)
        {
            // Best effort: the comparison then sees what any reader of the device sees.
        }
    }

    private async Task<CopyFailure?> ConfirmAsync(IoRegion region, int? target)
    {
        try
        {
            await region.Device.ConfirmAsync(abort).ConfigureAwait(false);

            // Nobody wanted it durable; but what the device knows to be lost was not copied. It says so itself.
            return target is { } index && IsKnownToBeLost(index)
                ? await FlushAsync(index).ConfigureAwait(false)
                : null;
        }
        catch (DeviceException e)
        {
            return DeviceFailures.From(e, CopyFailureKind.Vanished, target, region.Range);
        }
        catch (OperationCanceledException)
        {
            return DeviceFailures.Aborted(target, region.Range) with { Kind = CopyFailureKind.Vanished };
        }
    }
}
