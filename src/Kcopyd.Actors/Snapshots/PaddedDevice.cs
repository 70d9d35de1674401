using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>A device of an odd length as one of whole sectors: what is behind its end reads as zeros, and is not
/// written. The device is the caller's.</summary>
/// <remarks>A store has the last chunk whole, and what it has behind the end goes nowhere.</remarks>
internal sealed class PaddedDevice(IBlockDevice inner) : IBlockDevice
{
    /// <inheritdoc/>
    public BlockDeviceIdentity Identity => inner.Identity;

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry =>
        inner.Geometry with { LengthBytes = Sectors.ToBytes(inner.Geometry.LengthSectors) };

    /// <inheritdoc/>
    public long WriteEpoch => inner.WriteEpoch;

    /// <summary>The device, where its sectors are whole.</summary>
    public static IBlockDevice Of(IBlockDevice device) =>
        device.Geometry.LengthBytes % Sectors.Size == 0 ? device : new PaddedDevice(device);

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        inner.ReadAsync(offset, buffer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        inner.WriteAsync(offset, buffer, durability, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        inner.WriteZeroesAsync(offset, length, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        inner.DiscardAsync(offset, length, cancellationToken);

    /// <inheritdoc/>
    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) =>
        inner.FlushAsync(writeEpoch, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken) =>
        inner.GetBlockStatusAsync(offset, length, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) =>
        inner.DropCacheAsync(offset, length, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) => inner.ConfirmAsync(cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length) => inner.Locate(offset, length);

    /// <summary>Nothing: the device is the caller's.</summary>
    public ValueTask DisposeAsync() => default;
}
