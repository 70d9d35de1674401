using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Reads one segment into its pages. Its whole life is this one read.</summary>
/// <remarks>
/// Decided: where the device offers it the read is done on this dispatcher's thread. Because: it is the fastest by far
/// (see <see cref="IInlineBlockDevice"/>), and the dispatcher is made for it. Instead of: piping back a task.
/// A crash loses the read; the job hears of it and begins the segment again.
/// </remarks>
internal sealed class ReaderActor : UntypedActor
{
    private readonly SegmentRead _read;
    private bool _isReported;

    public ReaderActor(SegmentRead read) => _read = read;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (!_read.Lease.TryHold())
        {
            // The job died and its pages are gone; nobody waits for this.
            Context.Stop(Self);
        }
        else if (_read.Source.Device is IInlineBlockDevice device)
        {
            ReadHere(device);
        }
        else
        {
            Begin(ReadAsync());
        }
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ReadResult result:
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
            Context.Parent.Tell(new JobMessage.WorkerLost(_read.Segment.Index, _read.Segment.Attempt, null));
        }
    }

    private void Begin(Task<ReadResult> task)
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

    private void ReadHere(IInlineBlockDevice device)
    {
        var result = ReadInline(device);
        if (result is { Failure: not null } && _read.Policy == OnReadError.Salvage)
        {
            Begin(SalvageAndReleaseAsync());
            return;
        }

        _read.Lease.Release();
        if (result is not null)
        {
            Report(result);
        }
    }

    /// <summary>Null after a defect of the device.</summary>
    private ReadResult? ReadInline(IInlineBlockDevice device)
    {
        try
        {
            var bytes = _read.ValidBytes;
            var buffer = _read.Lease.GetSpan();
            device.Read(_read.OffsetBytes, buffer[..bytes]);
            return Finish(buffer, null, bytes, []);
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
    }

    private async Task<ReadResult> SalvageAndReleaseAsync()
    {
        try
        {
            return await SalvageAsync().ConfigureAwait(false);
        }
        finally
        {
            _read.Lease.Release();
        }
    }

    private async Task<ReadResult> ReadAsync()
    {
        try
        {
            var bytes = _read.ValidBytes;
            await _read.Source.Device.ReadAsync(_read.OffsetBytes, _read.Lease.Memory[..bytes], _read.Abort)
                .ConfigureAwait(false);
            return Finish(_read.Lease.GetSpan(), null, bytes, []);
        }
        catch (DeviceException) when (_read.Policy == OnReadError.Salvage)
        {
            return await SalvageAsync().ConfigureAwait(false);
        }
        catch (DeviceException e)
        {
            return Failed(e);
        }
        catch (OperationCanceledException)
        {
            return new ReadResult(DeviceFailures.Aborted(null, _read.DeviceRange), 0, false, []);
        }
        finally
        {
            _read.Lease.Release();
        }
    }

    /// <summary>Reads block by block, so that each unreadable block costs itself only.</summary>
    private async Task<ReadResult> SalvageAsync()
    {
        try
        {
            return await ReadBlocksAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new ReadResult(DeviceFailures.Aborted(null, _read.DeviceRange), 0, false, []);
        }
    }

    private async Task<ReadResult> ReadBlocksAsync()
    {
        var block = Math.Max(Sectors.Size, _read.Source.Device.Geometry.LogicalBlockSize);
        var zeroed = ImmutableArray.CreateBuilder<CopyFailure>();
        for (var done = 0; done < _read.ValidBytes; done += block)
        {
            var length = Math.Min(block, _read.ValidBytes - done);
            try
            {
                await _read.Source.Device
                    .ReadAsync(_read.OffsetBytes + done, _read.Lease.Memory.Slice(done, length), _read.Abort)
                    .ConfigureAwait(false);
            }
            catch (DeviceException e)
            {
                _read.Lease.GetSpan().Slice(done, length).Clear();
                DeviceFailures.AddOrExtend(zeroed, e, SectorsAt(done, length));
            }
        }

        return Finish(_read.Lease.GetSpan(), null, _read.ValidBytes, zeroed.DrainToImmutable());
    }

    private ReadResult Failed(DeviceException e)
    {
        // What was read before the place that failed is good; the rest is zeros, should anyone want to write it.
        var good = e.Offset is { } offset ? (int)Math.Clamp(offset - _read.OffsetBytes, 0, _read.ValidBytes) : 0;
        good -= good % Sectors.Size;
        var failure = DeviceFailures.From(e, CopyFailureKind.Read, null, SectorsAt(good, _read.ValidBytes - good));
        return Finish(_read.Lease.GetSpan(), failure, good, []);
    }

    private ReadResult Finish(Span<byte> buffer, CopyFailure? failure, int good, ImmutableArray<CopyFailure> zeroed)
    {
        var segment = buffer[..(int)_read.Segment.Range.CountBytes];
        segment[good..].Clear();
        var isZero = _read.LooksForZeros && failure is null && !segment.ContainsAnyExcept((byte)0);
        return new ReadResult(failure, good, isZero, zeroed);
    }

    private SectorRange SectorsAt(int offset, int length) => SectorRange.Create(
        _read.DeviceRange.Start + (offset / Sectors.Size), Sectors.FromBytes(length));

    private void Report(ReadResult result)
    {
        _isReported = true;
        Context.Parent.Tell(new JobMessage.SegmentRead(_read.Segment.Index, _read.Segment.Attempt, result));
        Context.Stop(Self);
    }
}
