using Kcopyd.Core;

namespace Kcopyd.Devices.Tests;

/// <summary>A memory device, only asynchronous, whose next flush can be made to fail and whose failures have a
/// place.</summary>
internal sealed class FlushingBlockDevice(ByteCount length, int logicalBlockSize = 1) : IBlockDevice
{
    private readonly MemoryBlockDevice _memory = new(length, logicalBlockSize);
    private readonly WriteEpochs _epochs = new();

    public int Flushes { get; private set; }

    public bool FailFlush { get; set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Writes that cover this byte fail there.</summary>
    public long? BadByte { get; init; }

    public BlockDeviceIdentity Identity => _memory.Identity;

    public BlockDeviceGeometry Geometry => _memory.Geometry;

    public long WriteEpoch => _epochs.Current;

    public void EndEpoch() => _epochs.End();

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        _memory.ReadAsync(offset, buffer, cancellationToken);

    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        BadByte is { } bad && offset <= bad && bad < offset + buffer.Length
            ? throw SystemErrors.Failure(Identity.Uri, DeviceOperation.Write, SystemErrors.InputOutput, bad)
            : _memory.WriteAsync(offset, buffer, durability, cancellationToken);

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        _memory.WriteZeroesAsync(offset, length, cancellationToken);

    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        _memory.DiscardAsync(offset, length, cancellationToken);

    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken)
    {
        _epochs.Flush(Identity.Uri, writeEpoch, () =>
        {
            Flushes++;
            var fails = FailFlush;
            FailFlush = false;
            return fails ? SystemErrors.InputOutput : 0;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken) =>
        _memory.GetBlockStatusAsync(offset, length, cancellationToken);

    public ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken) =>
        _memory.DropCacheAsync(offset, length, cancellationToken);

    public ValueTask ConfirmAsync(CancellationToken cancellationToken) => _memory.ConfirmAsync(cancellationToken);

    public IReadOnlyList<StorageExtent> Locate(long offset, long length) => _memory.Locate(offset, length);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return _memory.DisposeAsync();
    }
}
