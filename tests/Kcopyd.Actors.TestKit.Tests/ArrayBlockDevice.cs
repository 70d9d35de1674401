using System.Collections.Immutable;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests;

/// <summary>The least device that keeps the contract: an array. Its calls complete at once.</summary>
internal sealed class ArrayBlockDevice(int lengthBytes, int blockSize = 512) : IBlockDevice
{
    public byte[] Bytes { get; } = new byte[lengthBytes];

    public bool IsDisposed { get; private set; }

    public BlockDeviceIdentity Identity { get; } =
        new("array:", lengthBytes, ImmutableSortedDictionary<string, string>.Empty);

    public BlockDeviceGeometry Geometry { get; } = new(
        lengthBytes,
        blockSize,
        blockSize,
        false,
        BlockDeviceAbilities.WriteZeroes | BlockDeviceAbilities.Discard | BlockDeviceAbilities.BlockStatus);

    public long WriteEpoch => 0;

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken)
    {
        buffer.Span.CopyTo(Bytes.AsSpan((int)offset));
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken)
    {
        Bytes.AsSpan((int)offset, (int)length).Clear();
        return ValueTask.CompletedTask;
    }

    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        WriteZeroesAsync(offset, length, cancellationToken);

    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<BlockExtent>>([new BlockExtent(offset, length, BlockStatus.Zero)]);

    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    public ValueTask ConfirmAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public IReadOnlyList<StorageExtent> Locate(long offset, long length) =>
        [new StorageExtent("array", offset, length)];

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
