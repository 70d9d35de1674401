using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Writes one segment to one target, from its pages or zeros. Its whole life is this one write.</summary>
/// <remarks>
/// As <see cref="ReaderActor"/> it writes on this dispatcher's thread where the device offers it. A crash loses the
/// write; the job hears of it and begins the segment again.
/// </remarks>
internal sealed class WriterActor : UntypedActor
{
    private static readonly Props OnCopyDispatcher = Props.Create<WriterActor>().WithDispatcher(CopyDispatchers.Copy);
    private static readonly Props OnDirectDispatcher =
        Props.Create<WriterActor>().WithDispatcher(CopyDispatchers.Direct);

    private SegmentWrite? _write;
    private bool _isReported;

    private SegmentWrite Write => _write!;

    /// <summary>What to make a writer to a device of; it begins when it is told a <see cref="SegmentWrite"/>.</summary>
    public static Props PropsFor(IBlockDevice target) =>
        CopyDispatchers.WaitsForMedium(target) ? OnDirectDispatcher : OnCopyDispatcher;

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SegmentWrite write:
                OnSegmentWrite(write);
                break;
            case WriteResult result:
                Report(result);
                break;
            case WorkCrashed crashed:
                crashed.Rethrow();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        if (_write is not null && !_isReported)
        {
            Context.Parent.Tell(
                new JobMessage.WorkerLost(Write.Segment.Index, Write.Segment.Attempt, Write.TargetIndex));
        }
    }

    private void OnSegmentWrite(SegmentWrite write)
    {
        _write = write;
        if (!write.Lease.TryHold())
        {
            // The job died and its pages are gone; nobody waits for this.
            Context.Stop(Self);
        }
        else if (write.Content == SegmentContent.Pages && write.Target.Device is IInlineBlockDevice device)
        {
            Report(WriteInline(device));
        }
        else
        {
            Begin(WriteAsync());
        }
    }

    private void Begin(Task<WriteResult> task)
    {
        if (task.IsCompletedSuccessfully)
        {
            Report(task.Result);
        }
        else
        {
            WorkPipe.Pipe(task, Self);
        }
    }

    private WriteResult WriteInline(IInlineBlockDevice device)
    {
        try
        {
            var bytes = SegmentGeometry.WriteBytes(device, Write.DeviceRange, Write.ValidBytes);
            device.Write(Write.OffsetBytes, Write.Lease.GetSpan()[..bytes], WriteDurability.Cached);
            return WriteResult.Good;
        }
        catch (DeviceException e)
        {
            return Failed(e);
        }
        finally
        {
            Write.Lease.Release();
        }
    }

    private async Task<WriteResult> WriteAsync()
    {
        try
        {
            if (Write.Content == SegmentContent.Pages)
            {
                var bytes = SegmentGeometry.WriteBytes(Write.Target.Device, Write.DeviceRange, Write.ValidBytes);
                await Write.Target.Device.WriteAsync(
                    Write.OffsetBytes, Write.Lease.Memory[..bytes], WriteDurability.Cached, Write.Abort)
                    .ConfigureAwait(false);
            }
            else
            {
                await WriteZeroesAsync().ConfigureAwait(false);
            }

            return WriteResult.Good;
        }
        catch (DeviceException e)
        {
            return Failed(e);
        }
        catch (OperationCanceledException)
        {
            return new WriteResult(DeviceFailures.Aborted(Write.TargetIndex, Write.DeviceRange));
        }
        finally
        {
            Write.Lease.Release();
        }
    }

    private async Task WriteZeroesAsync()
    {
        var device = Write.Target.Device;
        var length = Math.Min(Write.DeviceRange.CountBytes, device.Geometry.LengthBytes - Write.OffsetBytes);
        if (device.Geometry.Can(BlockDeviceAbilities.ByteGranular))
        {
            length = Math.Min(length, Write.ValidBytes);
        }

        if (Write.Content == SegmentContent.ZeroesByCommand)
        {
            try
            {
                await device.WriteZeroesAsync(Write.OffsetBytes, length, Write.Abort).ConfigureAwait(false);
                return;
            }
            catch (DeviceException e) when (e.Kind == DeviceErrorKind.NotSupported)
            {
                // Unlike the kernel (K13) a command that is refused falls back to what always works.
            }
        }

        var zeros = ZeroPages.Memory;
        for (var done = 0L; done < length; done += zeros.Length)
        {
            var piece = zeros[..(int)Math.Min(zeros.Length, length - done)];
            await device.WriteAsync(Write.OffsetBytes + done, piece, WriteDurability.Cached, Write.Abort)
                .ConfigureAwait(false);
        }
    }

    private WriteResult Failed(DeviceException e) => new(
        DeviceFailures.From(e, CopyFailureKind.Write, Write.TargetIndex, Write.DeviceRange));

    private void Report(WriteResult result)
    {
        _isReported = true;
        // Zeros have no source that ends; the target may.
        var bytes = Math.Min(Write.ValidBytes, SegmentGeometry.ValidBytes(Write.Target.Device, Write.DeviceRange));
        Context.Parent.Tell(new JobMessage.SegmentWritten(
            Write.Segment.Index, Write.Segment.Attempt, Write.TargetIndex, bytes, result.Failure));
        Context.Stop(Self);
    }

    private sealed record WriteResult(CopyFailure? Failure)
    {
        public static readonly WriteResult Good = new((CopyFailure?)null);
    }
}
