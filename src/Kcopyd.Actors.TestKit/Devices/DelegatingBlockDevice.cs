using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>A device that passes everything on to another: what decorators derive from.</summary>
/// <remarks>
/// Decided: disposing a decorator disposes the device inside, and no decorator is an <see cref="IInlineBlockDevice"/>
/// unless it says so. Because: a test nests constructors and holds the outermost device only, and every request is to
/// pass the decorator. Instead of: an ownership flag on each, and inline calls that go around.
/// </remarks>
/// <param name="inner">The device inside.</param>
public abstract class DelegatingBlockDevice(IBlockDevice inner) : IBlockDevice
{
    /// <inheritdoc/>
    public virtual BlockDeviceIdentity Identity => Inner.Identity;

    /// <inheritdoc/>
    public virtual BlockDeviceGeometry Geometry => Inner.Geometry;

    /// <inheritdoc/>
    public virtual long WriteEpoch => Inner.WriteEpoch;

    /// <summary>The device inside.</summary>
    protected IBlockDevice Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public virtual ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        Inner.ReadAsync(offset, buffer, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        Inner.WriteAsync(offset, buffer, durability, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        Inner.WriteZeroesAsync(offset, length, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        Inner.DiscardAsync(offset, length, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) =>
        Inner.FlushAsync(writeEpoch, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken) =>
        Inner.GetBlockStatusAsync(offset, length, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) =>
        Inner.DropCacheAsync(offset, length, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask ConfirmAsync(CancellationToken cancellationToken) => Inner.ConfirmAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual IReadOnlyList<StorageExtent> Locate(long offset, long length) => Inner.Locate(offset, length);

    /// <summary>Disposes the device inside. Disposing twice is as harmless as it is there.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
