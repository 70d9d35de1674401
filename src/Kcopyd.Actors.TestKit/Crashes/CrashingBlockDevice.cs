using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>A <see cref="CrashingDisk"/> while it is open. After a power cut it is dead: every call fails, also those
/// that were in flight, and it stays so when the power is back.</summary>
/// <remarks>A call on a dead device fails with <see cref="DeviceErrorKind.Io"/> and ENODEV, as on a disk that was
/// pulled out; a confirmation with <see cref="DeviceErrorKind.Vanished"/>. The reason names the seed and the
/// cut.</remarks>
public sealed class CrashingBlockDevice : IBlockDevice
{
    /// <summary>EIO on Linux.</summary>
    private const int InputOutputError = 5;

    /// <summary>ENODEV on Linux.</summary>
    private const int NoSuchDevice = 19;

    private readonly CrashingDisk _disk;
    private readonly long _life;
    private readonly int _kills;
    private TaskCompletionSource? _closed;
    private int _inFlight;

    internal CrashingBlockDevice(CrashingDisk disk, BlockDeviceAccess access)
    {
        (_disk, _life, _kills) = (disk, disk.Power.Life, disk.Kills);
        Identity = disk.Identity;
        Geometry = disk.Geometry(isReadOnly: access == BlockDeviceAccess.Read);
    }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity { get; }

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry { get; }

    /// <inheritdoc/>
    public long WriteEpoch
    {
        get
        {
            lock (Gate)
            {
                return _disk.WriteEpoch;
            }
        }
    }

    /// <summary>Whether calls can succeed: it is not closed, and there was no cut since it was opened.</summary>
    internal bool IsAlive => _closed is null && HasPower;

    private Lock Gate => _disk.Power.Gate;

    private bool HasPower => _disk.Power.Life == _life && _disk.Kills == _kills;

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.Read, offset, buffer.Length);
        return CallAsync(request, Read, null, cancellationToken);

        void Read()
        {
            CheckAligned(request);
            var valid = (int)ValidBytes(offset, buffer.Length);
            _disk.Cache.Read(offset, buffer.Span[..valid]);
            buffer.Span[valid..].Clear();
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.Write, offset, buffer.Length) { Durability = durability };
        return WriteAsync(request, Copy, cancellationToken);

        CachedWrite Copy() => CachedWrite.Of(offset, buffer.Span[..(int)ValidBytes(offset, buffer.Length)]);
    }

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        ClearAsync(new(DeviceOperation.WriteZeroes, offset, length), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        ClearAsync(new(DeviceOperation.Discard, offset, length), cancellationToken);

    /// <inheritdoc/>
    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken)
    {
        var request = new DeviceRequest(DeviceOperation.Flush, 0, 0) { WriteEpoch = writeEpoch };
        CutMoment? armed = null;
        long begun;
        lock (Gate)
        {
            begun = _disk.Cache.Tick();
        }

        return CallAsync(request, Flush, () => _disk.Power.Reach(armed, CutMoment.After), cancellationToken);

        void Flush() => armed = FlushCache(request, begun);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        List<BlockExtent> extents = [];
        await CallAsync(new(DeviceOperation.BlockStatus, offset, length), Ask, null, cancellationToken)
            .ConfigureAwait(false);
        return extents;

        void Ask() => extents = _disk.Cache.Extents(offset, length);
    }

    /// <inheritdoc/>
    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) => CallAsync(
        new(DeviceOperation.Read, offset, length),
        () => _disk.Cache.Forget(offset, length),
        null,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) =>
        CallAsync(new(DeviceOperation.Confirm, 0, 0), static () => { }, null, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length)
    {
        CheckBounds(new(DeviceOperation.Open, offset, length));
        return length == 0 ? [] : [new StorageExtent(_disk.Uri, offset, length)];
    }

    /// <summary>Waits for the calls inside. What is unflushed stays in the disk's cache. Harmless to repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        Task closed;
        lock (Gate)
        {
            if (_closed is null)
            {
                if (HasPower)
                {
                    _disk.Close(this);
                }

                _closed = new TaskCompletionSource();
                if (_inFlight == 0)
                {
                    _closed.SetResult();
                }
            }

            closed = _closed.Task;
        }

        await closed.ConfigureAwait(false);
    }

    private long ValidBytes(long offset, long length) => Math.Clamp(Geometry.LengthBytes - offset, 0, length);

    private ValueTask ClearAsync(DeviceRequest request, CancellationToken cancellationToken) => WriteAsync(
        request,
        () => new CachedWrite(request.Offset, ValidBytes(request.Offset, request.Length), null),
        cancellationToken);

    private ValueTask WriteAsync(DeviceRequest request, Func<CachedWrite> create, CancellationToken cancellationToken)
    {
        CachedWrite? write = null;
        CutMoment? armed = null;
        return CallAsync(request, Begin, Complete, cancellationToken);

        void Begin()
        {
            CheckAligned(request);
            armed = _disk.Power.Begin(PowerEvent.Write, _disk.Name);
            Reach(armed, CutMoment.Before, request);
            write = _disk.Cache.Add(create());
            Reach(armed, CutMoment.Unanswered, request);
        }

        void Complete()
        {
            write!.CompletedAt = _disk.Cache.Tick();
            if (request.Durability == WriteDurability.Durable)
            {
                _disk.Cache.Harden(write);
            }

            _disk.Power.Reach(armed, CutMoment.After);
        }
    }

    private CutMoment? FlushCache(DeviceRequest request, long begun)
    {
        if (request.WriteEpoch != _disk.WriteEpoch)
        {
            throw Failure(
                request, DeviceErrorKind.UnflushedWritesLost, "unflushed writes lost: an earlier flush failed", 0);
        }

        var fails = _disk.BeginFlush();
        var armed = _disk.Power.Begin(PowerEvent.Flush, _disk.Name);
        Reach(armed, CutMoment.Before, request);
        if (fails)
        {
            _disk.Cache.FlushBadly(begun, _disk.FaultRandom());
            _disk.WriteEpoch++;
            Reach(armed, CutMoment.Unanswered, request);
            throw Failure(request, DeviceErrorKind.Io, "injected fault: not all of it was written", InputOutputError);
        }

        _disk.Cache.Flush(begun);
        Reach(armed, CutMoment.Unanswered, request);
        return armed;
    }

    /// <summary>Cuts the power if this is the moment, and fails the call then.</summary>
    private void Reach(CutMoment? armed, CutMoment moment, DeviceRequest request)
    {
        _disk.Power.Reach(armed, moment);
        CheckAlive(request);
    }

    /// <summary>One call: to the disk, done there, and back.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="perform">Does it, under the gate.</param>
    /// <param name="complete">What is true when the answer arrives, under the gate.</param>
    /// <param name="cancellationToken">Heeded before it is done, not after.</param>
    private async ValueTask CallAsync(
        DeviceRequest request, Action perform, Action? complete, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var entry = Enter(request);
        try
        {
            await TransitAsync(request).ConfigureAwait(false);
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                Perform(request, perform);
            }
            finally
            {
                await TransitAsync(request).ConfigureAwait(false);
            }

            Perform(request, complete);
            Append(entry, DeviceLogPhase.Completed, null);
        }
#pragma warning disable CA1031 // noted, and thrown again
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Append(entry, DeviceLogPhase.Failed, failure);
            throw;
        }
        finally
        {
            Exit();
        }
    }

    private ValueTask TransitAsync(DeviceRequest request) => _disk.Transit?.Invoke(request) ?? ValueTask.CompletedTask;

    private void Perform(DeviceRequest request, Action? action)
    {
        lock (Gate)
        {
            CheckPower(request);
            action?.Invoke();
        }
    }

    private DeviceLogEntry? Enter(DeviceRequest request)
    {
        lock (Gate)
        {
            CheckAlive(request);
            CheckRequest(request);
            _inFlight++;
            if (_disk.Log is not { } log || !IsLogged(request.Operation))
            {
                return null;
            }

            var noted = request.Operation == DeviceOperation.Flush
                ? request
                : request with { WriteEpoch = _disk.WriteEpoch };
            return log.Append(new DeviceLogEntry(0, _disk.Name, DeviceLogPhase.Begun, noted));
        }
    }

    private static bool IsLogged(DeviceOperation operation) => operation
        is DeviceOperation.Write or DeviceOperation.WriteZeroes or DeviceOperation.Discard or DeviceOperation.Flush;

    private void Append(DeviceLogEntry? begun, DeviceLogPhase phase, Exception? failure)
    {
        if (begun is not null)
        {
            _disk.Log?.Append(begun with { Phase = phase, BegunAt = begun.Sequence, Failure = failure });
        }
    }

    private void Exit()
    {
        TaskCompletionSource? closed;
        lock (Gate)
        {
            closed = --_inFlight == 0 ? _closed : null;
        }

        closed?.SetResult();
    }

    private void CheckAlive(DeviceRequest request)
    {
        if (_closed is not null)
        {
            throw Failure(request, DeviceErrorKind.Closed, "the device is closed", 0);
        }

        CheckPower(request);
    }

    private void CheckPower(DeviceRequest request)
    {
        if (!HasPower)
        {
            var kind = request.Operation == DeviceOperation.Confirm ? DeviceErrorKind.Vanished : DeviceErrorKind.Io;
            throw Failure(request, kind, $"no such device: the power was cut ({_disk.Power})", NoSuchDevice);
        }
    }

    private void CheckRequest(DeviceRequest request)
    {
        CheckBounds(request);
        var isWrite = IsLogged(request.Operation) && request.Operation != DeviceOperation.Flush;
        if (isWrite && Geometry.IsReadOnly)
        {
            throw Failure(request, DeviceErrorKind.ReadOnly, "it is open for reading only", 0);
        }
    }

    private void CheckAligned(DeviceRequest request)
    {
        var block = Geometry.LogicalBlockSize;
        var end = request.Offset + request.Length;
        if (request.Offset % block != 0 || (end % block != 0 && end < Geometry.LengthBytes))
        {
            throw Failure(request, DeviceErrorKind.InvalidRequest, $"it is not aligned to {block} bytes", 0);
        }
    }

    private void CheckBounds(DeviceRequest request)
    {
        var end = Sectors.ToBytes(Geometry.LengthSectors);
        if (request.Offset < 0 || request.Length < 0 || request.Offset > end || request.Length > end - request.Offset)
        {
            throw Failure(
                request,
                DeviceErrorKind.InvalidRequest,
                $"{request.Length} bytes are out of bounds: the disk ends at byte {Geometry.LengthBytes}",
                0);
        }
    }

    private DeviceException Failure(DeviceRequest request, DeviceErrorKind kind, string reason, int errno) =>
        new(_disk.Uri, request.Operation, kind, reason)
        {
            Offset = request.Operation is DeviceOperation.Flush or DeviceOperation.Confirm ? null : request.Offset,
            Errno = errno,
        };
}
