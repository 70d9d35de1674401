using Akka.Actor;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Writes one segment to one target, from its pages or zeros. Its whole life is this one write.</summary>
/// <remarks>
/// As <see cref="ReaderActor"/> it writes on this dispatcher's thread where the device offers it.
/// A crash loses the write; the job hears of it and begins the segment again.
/// </remarks>
internal sealed class WriterActor : UntypedActor
{
    private readonly SegmentWrite _write;
    private bool _isReported;

    public WriterActor(SegmentWrite write) => _write = write;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (!_write.Lease.TryHold())
        {
            // The job died and its pages are gone; nobody waits for this.
            Context.Stop(Self);
        }
        else if (_write.Content == SegmentContent.Pages && _write.Target.Device is IInlineBlockDevice device)
        {
            WriteHere(device);
        }
        else
        {
            Begin(WriteAsync());
        }
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
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
        if (!_isReported)
        {
            Context.Parent.Tell(
                new JobMessage.WorkerLost(_write.Segment.Index, _write.Segment.Attempt, _write.TargetIndex));
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

    private void WriteHere(IInlineBlockDevice device)
    {
        if (WriteInline(device) is { } result)
        {
            Report(result);
        }
    }

    /// <summary>Null after a defect of the device.</summary>
    private WriteResult? WriteInline(IInlineBlockDevice device)
    {
        try
        {
            var bytes = SegmentGeometry.WriteBytes(device, _write.DeviceRange, _write.ValidBytes);
            device.Write(_write.OffsetBytes, _write.Lease.GetSpan()[..bytes], WriteDurability.Cached);
            return WriteResult.Good;
        }
        catch (DeviceException e)
        {
            return Failed(e);
        }
#pragma warning disable CA1031 // The root of the work: whatever comes here is a defect, and becomes a crash of the actor.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Not thrown here: an actor that fails while it starts is never told that it stops, and would not say so.
            Self.Tell(new WorkCrashed(e), ActorRefs.NoSender);
            return null;
        }
        finally
        {
            _write.Lease.Release();
        }
    }

    private async Task<WriteResult> WriteAsync()
    {
        try
        {
            if (_write.Content == SegmentContent.Pages)
            {
                var bytes = SegmentGeometry.WriteBytes(_write.Target.Device, _write.DeviceRange, _write.ValidBytes);
                await _write.Target.Device.WriteAsync(
                    _write.OffsetBytes, _write.Lease.Memory[..bytes], WriteDurability.Cached, _write.Abort)
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
            return new WriteResult(DeviceFailures.Aborted(_write.TargetIndex, _write.DeviceRange));
        }
        finally
        {
            _write.Lease.Release();
        }
    }

    private async Task WriteZeroesAsync()
    {
        var device = _write.Target.Device;
        var length = Math.Min(_write.DeviceRange.CountBytes, device.Geometry.LengthBytes - _write.OffsetBytes);
        if (device.Geometry.Can(BlockDeviceAbilities.ByteGranular))
        {
            length = Math.Min(length, _write.ValidBytes);
        }

        if (_write.Content == SegmentContent.ZeroesByCommand)
        {
            try
            {
                await device.WriteZeroesAsync(_write.OffsetBytes, length, _write.Abort).ConfigureAwait(false);
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
            await device.WriteAsync(_write.OffsetBytes + done, piece, WriteDurability.Cached, _write.Abort)
                .ConfigureAwait(false);
        }
    }

    private WriteResult Failed(DeviceException e) => new(
        DeviceFailures.From(e, CopyFailureKind.Write, _write.TargetIndex, _write.DeviceRange));

    private void Report(WriteResult result)
    {
        _isReported = true;
        Context.Parent.Tell(new JobMessage.SegmentWritten(
            _write.Segment.Index, _write.Segment.Attempt, _write.TargetIndex, _write.ValidBytes, result.Failure));
        Context.Stop(Self);
    }

    private sealed record WriteResult(CopyFailure? Failure)
    {
        public static readonly WriteResult Good = new((CopyFailure?)null);
    }
}
