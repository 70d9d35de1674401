using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Copying;

/// <summary>Reads one segment into its pages. Its whole life is this one read.</summary>
/// <remarks>
/// Decided: where the device offers it the read is done on this dispatcher's thread. Because: it is the fastest by far
/// (see <see cref="IInlineBlockDevice"/>), and the dispatcher is made for it. Instead of: piping back a task. A crash
/// loses the read; the job hears of it and begins the segment again.
/// </remarks>
internal sealed class ReaderActor : UntypedActor
{
    private static readonly Props OnCopyDispatcher = Props.Create<ReaderActor>().WithDispatcher(CopyDispatchers.Copy);
    private static readonly Props OnDirectDispatcher =
        Props.Create<ReaderActor>().WithDispatcher(CopyDispatchers.Direct);

    private SegmentRead? _read;
    private bool _isSalvageable;
    private bool _isReported;

    private SegmentRead Read => _read!;

    /// <summary>What to make a reader of a device of; it begins when it is told a <see cref="SegmentRead"/>.</summary>
    public static Props PropsFor(IBlockDevice source) =>
        CopyDispatchers.WaitsForMedium(source) ? OnDirectDispatcher : OnCopyDispatcher;

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SegmentRead read:
                OnSegmentRead(read);
                break;
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
        if (_read is not null && !_isReported)
        {
            Context.Parent.Tell(new JobMessage.WorkerLost(Read.Segment.Index, Read.Segment.Attempt, null));
        }
    }

    private void OnSegmentRead(SegmentRead read)
    {
        _read = read;
        if (!read.Lease.TryHold())
        {
            // The job died and its pages are gone; nobody waits for this.
            Context.Stop(Self);
        }
        else if (read.Source.Device is IInlineBlockDevice device)
        {
            ReadHere(device);
        }
        else
        {
            Begin(ReadAsync());
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
        ReadResult result;
        var salvages = false;
        try
        {
            result = ReadInline(device);
            salvages = result.Failure is not null && _isSalvageable;
        }
        finally
        {
            if (!salvages)
            {
                Read.Lease.Release();
            }
        }

        if (salvages)
        {
            Begin(SalvageAndReleaseAsync());
        }
        else
        {
            Report(result);
        }
    }

    private ReadResult ReadInline(IInlineBlockDevice device)
    {
        try
        {
            var bytes = Read.ValidBytes;
            var buffer = Read.Lease.GetSpan();
            device.Read(Read.OffsetBytes, buffer[..bytes]);
            return Finish(buffer, null, bytes, []);
        }
        catch (DeviceException e)
        {
            _isSalvageable = IsSalvageable(e);
            return Failed(e);
        }
    }

    /// <summary>Only what the medium does not give is written as zeros; a device that is gone is no bad
    /// sector.</summary>
    private bool IsSalvageable(DeviceException e) =>
        Read.Policy == OnReadError.Salvage && e.Kind == DeviceErrorKind.Io;

    private async Task<ReadResult> SalvageAndReleaseAsync()
    {
        try
        {
            return await SalvageAsync().ConfigureAwait(false);
        }
        finally
        {
            Read.Lease.Release();
        }
    }

    private async Task<ReadResult> ReadAsync()
    {
        try
        {
            var bytes = Read.ValidBytes;
            await Read.Source.Device.ReadAsync(Read.OffsetBytes, Read.Lease.Memory[..bytes], Read.Abort)
                .ConfigureAwait(false);
            return Finish(Read.Lease.GetSpan(), null, bytes, []);
        }
        catch (DeviceException e) when (IsSalvageable(e))
        {
            return await SalvageAsync().ConfigureAwait(false);
        }
        catch (DeviceException e)
        {
            return Failed(e);
        }
        catch (OperationCanceledException)
        {
            return new ReadResult(DeviceFailures.Aborted(null, Read.DeviceRange), 0, false, []);
        }
        finally
        {
            Read.Lease.Release();
        }
    }

    /// <summary>Reads block by block, so that each unreadable block costs itself only.</summary>
    private async Task<ReadResult> SalvageAsync()
    {
        try
        {
            return await ReadBlocksAsync().ConfigureAwait(false);
        }
        catch (DeviceException e)
        {
            return Failed(e);
        }
        catch (OperationCanceledException)
        {
            return new ReadResult(DeviceFailures.Aborted(null, Read.DeviceRange), 0, false, []);
        }
    }

    private async Task<ReadResult> ReadBlocksAsync()
    {
        var block = Math.Max(Sectors.Size, Read.Source.Device.Geometry.LogicalBlockSize);
        var zeroed = ImmutableArray.CreateBuilder<CopyFailure>();
        for (var done = 0; done < Read.ValidBytes; done += block)
        {
            var length = Math.Min(block, Read.ValidBytes - done);
            try
            {
                await Read.Source.Device
                    .ReadAsync(Read.OffsetBytes + done, Read.Lease.Memory.Slice(done, length), Read.Abort)
                    .ConfigureAwait(false);
            }
            catch (DeviceException e) when (IsSalvageable(e))
            {
                Read.Lease.GetSpan().Slice(done, length).Clear();
                DeviceFailures.AddOrExtend(zeroed, e, SectorsAt(done, length));
            }
        }

        return Finish(Read.Lease.GetSpan(), null, Read.ValidBytes, zeroed.DrainToImmutable());
    }

    private ReadResult Failed(DeviceException e)
    {
        // What was read before the place that failed is good; the rest is zeros, should anyone want to write it.
        var good = e.Offset is { } offset ? (int)Math.Clamp(offset - Read.OffsetBytes, 0, Read.ValidBytes) : 0;
        good -= good % Sectors.Size;
        var failure = DeviceFailures.From(e, CopyFailureKind.Read, null, SectorsAt(good, Read.ValidBytes - good));
        return Finish(Read.Lease.GetSpan(), failure, good, []);
    }

    private ReadResult Finish(Span<byte> buffer, CopyFailure? failure, int good, ImmutableArray<CopyFailure> zeroed)
    {
        var segment = buffer[..(int)Read.Segment.Range.CountBytes];
        segment[good..].Clear();
        var isZero = Read.LooksForZeros && failure is null && !segment.ContainsAnyExcept((byte)0);
        return new ReadResult(failure, good, isZero, zeroed);
    }

    private SectorRange SectorsAt(int offset, int length) => SectorRange.Create(
        Read.DeviceRange.Start + (offset / Sectors.Size), Sectors.FromBytes(length));

    private void Report(ReadResult result)
    {
        _isReported = true;
        Context.Parent.Tell(new JobMessage.SegmentRead(Read.Segment.Index, Read.Segment.Attempt, result));
        Context.Stop(Self);
    }
}
