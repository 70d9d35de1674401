using Akka.Actor;
using Akka.Dispatch;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>One call of a mirror that changes something, from the caller's thread to the legs and back.</summary>
internal sealed class MirrorRequest : RegionRequest, IRunnable
{
    /// <summary>The longest write that is made on the dispatcher's thread, one leg after the other, where the device
    /// offers it: copying so much into the page cache is quicker than waking a thread for it.</summary>
    private const int MaxInlineBytes = 64 * 1024;

    private MirrorLeg[] _legs = [];
    private IActorRef _actor = ActorRefs.Nobody;
    private DeviceException? _failure;

    private readonly long _regionBytes;

    private MirrorRequest(RegionRequestKind kind, RegionRun regions, SectorRange range)
        : base(kind, regions, range)
    {
    }

    private MirrorRequest(RegionRequestKind kind, MirrorGeometry geometry, SectorRange range)
        : base(kind, RunOf(geometry, range), range) => _regionBytes = Sectors.ToBytes(geometry.RegionSize);

    public DeviceOperation Operation { get; private init; }

    public long Offset { get; private init; }

    public long Length { get; private init; }

    public ReadOnlyMemory<byte> Data { get; private init; }

    public WriteDurability Durability { get; set; }

    /// <summary>A flush.</summary>
    public static MirrorRequest Flush() =>
        new(RegionRequestKind.Flush, default(RegionRun), default) { Operation = DeviceOperation.Flush };

    /// <summary>A change of some bytes, at least one.</summary>
    public static MirrorRequest Change(
        MirrorGeometry geometry, DeviceOperation operation, long offset, long length, ReadOnlyMemory<byte> data)
    {
        var kind = operation == DeviceOperation.Discard ? RegionRequestKind.Discard : RegionRequestKind.Write;
        var range = SectorRange.Between(offset / Sectors.Size, Sectors.FromBytes(offset + length));
        return new MirrorRequest(kind, geometry, range)
        {
            Operation = operation,
            Offset = offset,
            Length = length,
            Data = data,
        };
    }

    /// <summary>How the call ends.</summary>
    public CallEnd End { get; } = new();

    /// <summary>What the last leg that failed said.</summary>
    public DeviceException? Failure => _failure;

    /// <summary>What a leg said about a flush.</summary>
    public void Blame(DeviceException? failure) => _failure = failure;

    /// <summary>Hands it to the legs of its pieces, which are held until they answered.</summary>
    public void Issue(MirrorLeg[] legs, IActorRef actor, MessageDispatcher dispatcher)
    {
        (_legs, _actor) = (legs, actor);
        foreach (var leg in UsedLegs().Legs())
        {
            Invariant.Holds(legs[leg].TryHold());
        }

        dispatcher.Schedule(this);
    }

    /// <inheritdoc/>
    public void Run()
    {
        if (End.TryBegin())
        {
            WorkPipe.Pipe(RunAsync(), _actor);
        }
        else
        {
            EndRun();
        }
    }

    private void EndRun()
    {
        foreach (var leg in UsedLegs().Legs())
        {
            _legs[leg].Release();
        }

        End.EndUse();
    }

    private static RegionRun RunOf(MirrorGeometry geometry, SectorRange range)
    {
        var (first, last) = geometry.RegionsOf(range);
        return new RegionRun(first, last);
    }

    private LegMask UsedLegs()
    {
        var used = LegMask.None;
        foreach (var piece in Pieces)
        {
            used = used.Or(piece.Legs);
        }

        return used;
    }

    private async Task<MirrorWork.RequestEnded> RunAsync()
    {
        try
        {
            var failed = new LegMask[Pieces.Length];
            for (var i = 0; i < failed.Length; i++)
            {
                failed[i] = await RunAsync(Pieces[i]).ConfigureAwait(false);
            }

            return new MirrorWork.RequestEnded(this, failed);
        }
        finally
        {
            EndRun();
        }
    }

    private async Task<LegMask> RunAsync(RegionPiece piece)
    {
        var (offset, length) = ClipTo(piece.Run);
        var failed = LegMask.None;
        List<(int Leg, Task<bool> Task)> tasks = [];
        foreach (var leg in piece.Legs.Legs())
        {
            if (Operation == DeviceOperation.Write
                && length <= MaxInlineBytes
                && _legs[leg].Device is IInlineBlockDevice { WaitsForMedium: false } device)
            {
                failed = TryWrite(device, _legs[leg], offset, (int)length) ? failed : failed.With(leg);
            }
            else
            {
                tasks.Add((leg, TryAsync(_legs[leg], offset, length)));
            }
        }

        foreach (var (leg, task) in tasks)
        {
            failed = await task.ConfigureAwait(false) ? failed : failed.With(leg);
        }

        return failed;
    }

    private bool TryWrite(IInlineBlockDevice device, MirrorLeg leg, long offset, int length)
    {
        try
        {
            device.Write(leg.OffsetOf(offset), Data.Span.Slice((int)(offset - Offset), length), Durability);
            return true;
        }
        catch (DeviceException failure)
        {
            _failure = failure;
            return false;
        }
    }

    private async Task<bool> TryAsync(MirrorLeg leg, long offset, long length)
    {
        try
        {
            await CallAsync(leg, offset, length).ConfigureAwait(false);
            return true;
        }
        catch (DeviceException failure)
        {
            _failure = failure;
            return false;
        }
    }

    /// <remarks>No cancellation: a write that one leg took and another did not would put the region out of
    /// sync.</remarks>
    private ValueTask CallAsync(MirrorLeg leg, long offset, long length) => Operation switch
    {
        DeviceOperation.Write => leg.Device.WriteAsync(
            leg.OffsetOf(offset), Data.Slice((int)(offset - Offset), (int)length), Durability, default),
        DeviceOperation.WriteZeroes => Zeroing.WriteAsync(leg.Device, leg.OffsetOf(offset), length),
        DeviceOperation.Discard => leg.Device.DiscardAsync(leg.OffsetOf(offset), length, default),
        _ => throw new InvalidOperationException($"{Operation} changes nothing."),
    };

    /// <summary>The bytes of this request in some of its regions.</summary>
    private (long Offset, long Length) ClipTo(RegionRun run)
    {
        var start = Math.Max(Offset, run.First * _regionBytes);
        var end = Math.Min(Offset + Length, (run.Last + 1) * _regionBytes);
        return (start, end - start);
    }
}
