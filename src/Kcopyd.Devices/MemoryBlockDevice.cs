using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Kcopyd.Core;

namespace Kcopyd.Devices;

/// <summary>A device in memory: sparse, of any length, gone when it is disposed.</summary>
/// <remarks>
/// Memory is taken in chunks of 64 KiB when they are first written, and given back when they are zeroed or discarded;
/// a chunk that is not there is a hole. All calls complete on the calling thread. There is nothing to flush, so the
/// write epoch never ends.
/// </remarks>
public sealed class MemoryBlockDevice : IInlineBlockDevice
{
    /// <summary>64 KiB: below the size at which the runtime keeps objects in a heap that it seldom compacts.</summary>
    private const int ChunkSize = 64 * 1024;

    private static long _lastNumber;

    private readonly CallGate _gate = new();
    private readonly byte[]?[] _chunks;
    private readonly string _storage;

    /// <summary>Makes a device that reads as zeros.</summary>
    /// <param name="length">Its size; need not be whole sectors.</param>
    /// <param name="logicalBlockSize">What positions and lengths must be multiples of: a power of two up to 64
    /// KiB.</param>
    public MemoryBlockDevice(ByteCount length, int logicalBlockSize = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length.Value, nameof(length));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length.Value, (long)Array.MaxLength * ChunkSize, nameof(length));
        ArgumentOutOfRangeException.ThrowIfLessThan(logicalBlockSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logicalBlockSize, ChunkSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(
            BitOperations.IsPow2(logicalBlockSize), true, nameof(logicalBlockSize));
        var number = Interlocked.Increment(ref _lastNumber).ToString(CultureInfo.InvariantCulture);
        _storage = $"memory:{number}";
        _chunks = new byte[(length.Value + ChunkSize - 1) / ChunkSize][];
        Identity = new BlockDeviceIdentity(
            _storage, length.Value, ImmutableSortedDictionary<string, string>.Empty.Add("memory", number));
        Geometry = new BlockDeviceGeometry(
            length.Value,
            logicalBlockSize,
            logicalBlockSize,
            IsReadOnly: false,
            BlockDeviceAbilities.WriteZeroes | BlockDeviceAbilities.Discard | BlockDeviceAbilities.BlockStatus
                | (logicalBlockSize == 1 ? BlockDeviceAbilities.ByteGranular : 0));
    }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity { get; }

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry { get; }

    /// <summary>1, always: memory loses no write while the device is there.</summary>
    public long WriteEpoch => 1;

    /// <inheritdoc/>
    public bool WaitsForMedium => false;

    private string Uri => _storage;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        _gate.Enter(Uri, DeviceOperation.Read);
        try
        {
            BlockRequest.Check(Uri, DeviceOperation.Read, Geometry, offset, buffer.Length);
            var valid = (int)BlockRequest.ValidBytes(Geometry, offset, buffer.Length);
            for (var done = 0; done < valid;)
            {
                var (index, at, count) = Piece(offset + done, valid - done);
                if (Volatile.Read(ref _chunks[index]) is { } chunk)
                {
                    chunk.AsSpan(at, count).CopyTo(buffer[done..]);
                }
                else
                {
                    buffer.Slice(done, count).Clear();
                }

                done += count;
            }

            buffer[valid..].Clear();
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability)
    {
        _gate.Enter(Uri, DeviceOperation.Write);
        try
        {
            BlockRequest.Check(Uri, DeviceOperation.Write, Geometry, offset, buffer.Length);
            var valid = (int)BlockRequest.ValidBytes(Geometry, offset, buffer.Length);
            for (var done = 0; done < valid;)
            {
                var (index, at, count) = Piece(offset + done, valid - done);
                buffer.Slice(done, count).CopyTo(ChunkToWrite(index).AsSpan(at));
                done += count;
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        Inline.Run(
            (Device: this, offset, buffer),
            static call => call.Device.Read(call.offset, call.buffer.Span),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        Inline.Run(
            (Device: this, offset, buffer, durability),
            static call => call.Device.Write(call.offset, call.buffer.Span, call.durability),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) => Inline.Run(
        (Device: this, offset, length),
        static call => call.Device.Clear(DeviceOperation.WriteZeroes, call.offset, call.length),
        cancellationToken);

    /// <summary>As <see cref="WriteZeroesAsync"/>: what is discarded reads as zeros.</summary>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) => Inline.Run(
        (Device: this, offset, length),
        static call => call.Device.Clear(DeviceOperation.Discard, call.offset, call.length),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) => Inline.Run(
        (Device: this, writeEpoch),
        static call => call.Device.Answer(DeviceOperation.Flush, 0, 0, lost: call.writeEpoch != call.Device.WriteEpoch),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken) =>
        Inline.Ask(
            (Device: this, offset, length),
            static call => call.Device.Extents(call.offset, call.length),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) => Inline.Run(
        (Device: this, offset, length),
        static call => call.Device.Answer(DeviceOperation.Read, call.offset, call.length, lost: false),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) =>
        Inline.Run(this, static device => device.Answer(DeviceOperation.Confirm, 0, 0, lost: false), cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length)
    {
        BlockRequest.CheckBounds(Uri, DeviceOperation.Open, Geometry, offset, length);
        return length == 0 ? [] : [new StorageExtent(_storage, offset, length)];
    }

    /// <summary>Waits for the calls inside and gives the memory back. Harmless to repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.CloseAsync().ConfigureAwait(false);
        Array.Clear(_chunks);
    }

    private static (int Index, int At, int Count) Piece(long offset, long length)
    {
        var at = (int)(offset % ChunkSize);
        return ((int)(offset / ChunkSize), at, (int)Math.Min(ChunkSize - at, length));
    }

    private byte[] ChunkToWrite(int index)
    {
        if (Volatile.Read(ref _chunks[index]) is { } present)
        {
            return present;
        }

        var fresh = new byte[ChunkSize];
        return Interlocked.CompareExchange(ref _chunks[index], fresh, null) ?? fresh;
    }

    private void Clear(DeviceOperation operation, long offset, long length)
    {
        _gate.Enter(Uri, operation);
        try
        {
            BlockRequest.Check(Uri, operation, Geometry, offset, length);
            var end = offset + BlockRequest.ValidBytes(Geometry, offset, length);
            for (var position = offset; position < end;)
            {
                var (index, at, count) = Piece(position, end - position);
                if (count == ChunkSize)
                {
                    Volatile.Write(ref _chunks[index], null);
                }
                else
                {
                    Volatile.Read(ref _chunks[index])?.AsSpan(at, count).Clear();
                }

                position += count;
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    private List<BlockExtent> Extents(long offset, long length)
    {
        Answer(DeviceOperation.BlockStatus, offset, length, lost: false);
        List<BlockExtent> extents = [];
        var end = offset + length;
        var stored = offset + BlockRequest.ValidBytes(Geometry, offset, length);
        for (var position = offset; position < end;)
        {
            var (index, _, count) = Piece(position, end - position);
            var status = position < stored && _chunks[index] is not null ? BlockStatus.Data : BlockStatus.Hole;
            if (extents.Count > 0 && extents[^1].Status == status)
            {
                extents[^1] = extents[^1] with { Length = extents[^1].Length + count };
            }
            else
            {
                extents.Add(new BlockExtent(position, count, status));
            }

            position += count;
        }

        return extents;
    }

    private void Answer(DeviceOperation operation, long offset, long length, bool lost)
    {
        _gate.Enter(Uri, operation);
        try
        {
            BlockRequest.CheckBounds(Uri, operation, Geometry, offset, length);
            if (lost)
            {
                throw WriteEpochs.Lost(Uri);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }
}
