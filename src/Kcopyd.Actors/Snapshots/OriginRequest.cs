using Akka.Actor;
using Akka.Dispatch;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>One call of an origin or a snapshot, from the caller's thread to the devices and back.</summary>
internal sealed class OriginRequest : ChunkRequest, IRunnable
{
    /// <summary>The longest write that is made on the dispatcher's thread where the device offers it: copying so much
    /// into the page cache is quicker than waking a thread for it.</summary>
    private const int MaxInlineBytes = 64 * 1024;

    private IBlockDevice[] _devices = [];
    private IActorRef _actor = ActorRefs.Nobody;

    private OriginRequest(ChunkRequestKind kind, SnapshotState? snapshot, SectorRange range)
        : base(kind, snapshot, range)
    {
    }

    /// <summary>How the call ends.</summary>
    public CallEnd End { get; } = new();

    public DeviceOperation Operation { get; private init; }

    public long Offset { get; private init; }

    public long Length { get; private init; }

    public ReadOnlyMemory<byte> Data { get; private init; }

    public WriteDurability Durability { get; private init; }

    /// <summary>The snapshot that was asked; null: the origin.</summary>
    public SnapshotPort? Port { get; private init; }

    /// <summary>What a device said.</summary>
    public DeviceException? Failure { get; private set; }

    /// <summary>The write epochs that a flush is about.</summary>
    private DeviceEpochs Epochs { get; init; }

    /// <summary>Waits until the device runs.</summary>
    public static OriginRequest Read(SnapshotPort? port, SnapshotState? state, DeviceOperation operation) =>
        new(ChunkRequestKind.Read, state, default) { Operation = operation, Port = port };

    /// <summary>A flush.</summary>
    public static OriginRequest Flush(SnapshotPort? port, SnapshotState? state, DeviceEpochs epochs) => new(
        ChunkRequestKind.Flush, state, default)
    {
        Operation = DeviceOperation.Flush,
        Epochs = epochs,
        Port = port,
    };

    /// <summary>A change of some bytes, at least one.</summary>
    public static OriginRequest Change(SnapshotPort? port, SnapshotState? state, in ByteChange change) => new(
        change.Operation == DeviceOperation.Discard ? ChunkRequestKind.Discard : ChunkRequestKind.Write,
        state,
        SectorRange.Between(change.Offset / Sectors.Size, Sectors.FromBytes(change.Offset + change.Length)))
    {
        Operation = change.Operation,
        Offset = change.Offset,
        Length = change.Length,
        Data = change.Data,
        Durability = change.Durability,
        Port = port,
    };

    /// <summary>Hands it to the devices of its pieces.</summary>
    public void Issue(IBlockDevice[] devices, IActorRef actor, MessageDispatcher dispatcher)
    {
        (_devices, _actor) = (devices, actor);
        dispatcher.Schedule(this);
    }

    /// <inheritdoc/>
    public void Run()
    {
        if (End.TryBegin())
        {
            WorkPipe.Pipe(RunAsync(), _actor);
        }
    }

    private async Task<OriginWork.RequestEnded> RunAsync()
    {
        try
        {
            for (var i = 0; i < _devices.Length; i++)
            {
                await RunAsync(Pieces[i], _devices[i]).ConfigureAwait(false);
            }

            return new OriginWork.RequestEnded(this, true);
        }
        catch (DeviceException failure)
        {
            Failure = failure;
            return new OriginWork.RequestEnded(this, false);
        }
        finally
        {
            End.EndUse();
        }
    }

    /// <remarks>No cancellation: what a device half did nobody could tell.</remarks>
    private ValueTask RunAsync(ChunkPiece piece, IBlockDevice device)
    {
        var (offset, length) = ClipTo(piece.Range);
        var at = Sectors.ToBytes(piece.Start) + offset - piece.Range.StartBytes;
        var whole = piece.Cow is null ? length : CowEnds.WholeBlocks(device, length);
        return piece.Action switch
        {
            ChunkAction.Flush => device.FlushAsync(
                piece.Cow is null ? Epochs.Origin : Epochs.Cow ?? device.WriteEpoch, default),
            ChunkAction.Discard => TryDiscardAsync(device, at, length),
            ChunkAction.Zero => Zeroing.WriteAsync(device, at, whole),
            _ when Operation == DeviceOperation.WriteZeroes => Zeroing.WriteAsync(device, at, whole),
            _ when whole > length => WriteEndAsync(device, at, Data.Slice((int)(offset - Offset), (int)length)),
            _ => WriteAsync(device, at, Data.Slice((int)(offset - Offset), (int)length)),
        };
    }

    private async ValueTask WriteEndAsync(IBlockDevice cow, long at, ReadOnlyMemory<byte> data)
    {
        var odd = CowEnds.OddBytes(cow, data.Length);
        if (data.Length > odd)
        {
            await WriteAsync(cow, at, data[..^odd]).ConfigureAwait(false);
        }

        await CowEnds.WriteAsync(cow, at + data.Length - odd, data[^odd..], Durability).ConfigureAwait(false);
    }

    private ValueTask WriteAsync(IBlockDevice device, long at, ReadOnlyMemory<byte> data)
    {
        if (data.Length > MaxInlineBytes || device is not IInlineBlockDevice { WaitsForMedium: false } inline)
        {
            return device.WriteAsync(at, data, Durability, default);
        }

        inline.Write(at, data.Span, Durability);
        return default;
    }

    /// <summary>Nothing relies on a discard.</summary>
    private static async ValueTask TryDiscardAsync(IBlockDevice device, long at, long length)
    {
        try
        {
            await device.DiscardAsync(at, length, default).ConfigureAwait(false);
        }
        catch (DeviceException)
        {
        }
    }

    /// <summary>The bytes of this request in a range.</summary>
    private (long Offset, long Length) ClipTo(SectorRange range)
    {
        var start = Math.Max(Offset, range.StartBytes);
        var end = Math.Min(Offset + Length, Sectors.ToBytes(range.End));
        return (start, end - start);
    }
}
