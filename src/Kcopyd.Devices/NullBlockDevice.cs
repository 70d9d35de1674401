using System.Collections.Immutable;
using System.Globalization;
using Kcopyd.Core;

namespace Kcopyd.Devices;

/// <summary>A device of a given length that reads as zeros and swallows writes; its bytes live nowhere.</summary>
/// <remarks>All calls complete on the calling thread. There is nothing to flush, so the write epoch never
/// ends.</remarks>
public sealed class NullBlockDevice : IInlineBlockDevice
{
    private readonly CallGate _gate = new();

    /// <summary>Makes one.</summary>
    /// <param name="length">Its size; need not be whole sectors.</param>
    public NullBlockDevice(ByteCount length)
        : this(length, $"null:{length.Value.ToString(CultureInfo.InvariantCulture)}")
    {
    }

    internal NullBlockDevice(ByteCount length, string uri)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length.Value, nameof(length));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            length.Value, Sectors.ToBytes(SectorRange.Limit), nameof(length));
        Identity = new BlockDeviceIdentity(uri, length.Value, ImmutableSortedDictionary<string, string>.Empty);
    }

    /// <summary>Whether block status says that all of it is a hole, so that a sparse copy need not read it. Default
    /// false: data.</summary>
    public bool ReportsHoles { get; init; }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity { get; }

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry => field ??= new BlockDeviceGeometry(
        Identity.LengthBytes,
        LogicalBlockSize: 1,
        PhysicalBlockSize: Sectors.Size,
        IsReadOnly: false,
        BlockDeviceAbilities.WriteZeroes | BlockDeviceAbilities.Discard | BlockDeviceAbilities.ByteGranular
            | (ReportsHoles ? BlockDeviceAbilities.BlockStatus : BlockDeviceAbilities.None));

    /// <summary>1, always.</summary>
    public long WriteEpoch => 1;

    /// <inheritdoc/>
    public bool WaitsForMedium => false;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        Check(DeviceOperation.Read, offset, buffer.Length);
        buffer.Clear();
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> buffer, WriteDurability durability) =>
        Check(DeviceOperation.Write, offset, buffer.Length);

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) => Inline.Run(
        (Device: this, offset, buffer),
        static call => call.Device.Read(call.offset, call.buffer.Span),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        CheckAsync(DeviceOperation.Write, offset, buffer.Length, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        CheckAsync(DeviceOperation.WriteZeroes, offset, length, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        CheckAsync(DeviceOperation.Discard, offset, length, cancellationToken);

    /// <inheritdoc/>
    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) => writeEpoch == WriteEpoch
        ? CheckAsync(DeviceOperation.Flush, 0, 0, cancellationToken)
        : ValueTask.FromException(WriteEpochs.Lost(Identity.Uri));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken) =>
        Inline.Ask(
            (Device: this, offset, length),
            static call => call.Device.Extents(call.offset, call.length),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) =>
        CheckAsync(DeviceOperation.Read, offset, length, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) =>
        CheckAsync(DeviceOperation.Confirm, 0, 0, cancellationToken);

    /// <summary>Empty: the bytes live nowhere.</summary>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length) => [];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(_gate.CloseAsync());

    private IReadOnlyList<BlockExtent> Extents(long offset, long length)
    {
        Check(DeviceOperation.BlockStatus, offset, length);
        return length == 0 ? [] : [new BlockExtent(offset, length, ReportsHoles ? BlockStatus.Hole : BlockStatus.Data)];
    }

    private void Check(DeviceOperation operation, long offset, long length)
    {
        _gate.Enter(Identity.Uri, operation);
        try
        {
            BlockRequest.CheckBounds(Identity.Uri, operation, Geometry, offset, length);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private ValueTask CheckAsync(
        DeviceOperation operation, long offset, long length, CancellationToken cancellationToken) =>
        Inline.Run(
            (Device: this, operation, offset, length),
            static call => call.Device.Check(call.operation, call.offset, call.length),
            cancellationToken);
}
