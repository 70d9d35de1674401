using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Devices;

/// <summary>A decorator that treats every kind of request alike: one method sees them all.</summary>
/// <remarks>
/// Sizes, places, names and the dropping of caches pass it by. It allocates per request; where that matters, derive
/// from <see cref="DelegatingBlockDevice"/>.
/// </remarks>
/// <param name="inner">The device inside.</param>
public abstract class InterceptingBlockDevice(IBlockDevice inner) : DelegatingBlockDevice(inner)
{
    /// <inheritdoc/>
    public sealed override ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        InterceptAsync(
            Request(DeviceOperation.Read, offset, buffer.Length),
            token => Inner.ReadAsync(offset, buffer, token),
            cancellationToken);

    /// <inheritdoc/>
    public sealed override ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        InterceptAsync(
            Request(DeviceOperation.Write, offset, buffer.Length) with { Durability = durability },
            token => Inner.WriteAsync(offset, buffer, durability, token),
            cancellationToken);

    /// <inheritdoc/>
    public sealed override ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        InterceptAsync(
            Request(DeviceOperation.WriteZeroes, offset, length),
            token => Inner.WriteZeroesAsync(offset, length, token),
            cancellationToken);

    /// <inheritdoc/>
    public sealed override ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        InterceptAsync(
            Request(DeviceOperation.Discard, offset, length),
            token => Inner.DiscardAsync(offset, length, token),
            cancellationToken);

    /// <inheritdoc/>
    public sealed override ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) =>
        InterceptAsync(
            Request(DeviceOperation.Flush, 0, 0) with { WriteEpoch = writeEpoch },
            token => Inner.FlushAsync(writeEpoch, token),
            cancellationToken);

    /// <inheritdoc/>
    public sealed override async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        IReadOnlyList<BlockExtent> extents = [];
        await InterceptAsync(Request(DeviceOperation.BlockStatus, offset, length), AskAsync, cancellationToken)
            .ConfigureAwait(false);
        return extents;

        async ValueTask AskAsync(CancellationToken token) =>
            extents = await Inner.GetBlockStatusAsync(offset, length, token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public sealed override ValueTask ConfirmAsync(CancellationToken cancellationToken) =>
        InterceptAsync(Request(DeviceOperation.Confirm, 0, 0), Inner.ConfirmAsync, cancellationToken);

    /// <summary>Does one request, or does something else.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="perform">Asks the device inside. Call it once or not at all.</param>
    /// <param name="cancellationToken">The caller's.</param>
    protected abstract ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken);

    private DeviceRequest Request(DeviceOperation operation, long offset, long length) =>
        new(operation, offset, length) { WriteEpoch = WriteEpoch };
}
