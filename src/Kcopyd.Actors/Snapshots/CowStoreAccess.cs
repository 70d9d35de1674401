using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Reads and writes what a persistent store keeps of itself on its COW device.</summary>
/// <remarks>Commits and reads of areas do not overlap; marking it invalid may overlap both. The device is the caller's.
/// </remarks>
internal sealed class CowStoreAccess : IDisposable
{
    private readonly IBlockDevice _cow;
    private readonly CowLayout _layout;
    private readonly int _blockBytes;
    private readonly AlignedDeviceAccess _areas;
    private readonly AlignedDeviceAccess _head;

    /// <summary>Access to a store.</summary>
    /// <param name="cow">Open for writing.</param>
    /// <param name="layout">As loaded.</param>
    public CowStoreAccess(IBlockDevice cow, CowLayout layout)
    {
        (_cow, _layout, _blockBytes) = (cow, layout, CowStoreRules.BlockBytes(cow));
        _areas = new AlignedDeviceAccess(cow, layout.ChunkBytes);
        _head = new AlignedDeviceAccess(cow, _blockBytes);
    }

    /// <summary>The store on a device; a new one is made where there is none and the opening says so.</summary>
    /// <exception cref="SnapshotStoreException">There is none and none can be made, or it is damaged. Nothing was
    /// written.</exception>
    /// <exception cref="SnapshotTableException">A new store cannot have the chunks of the table.</exception>
    /// <exception cref="DeviceException">The device failed.</exception>
    public static Task<LoadedStore> LoadAsync(
        IBlockDevice cow, StoreOpening opening, CancellationToken cancellationToken) =>
        new CowStoreLoading(cow, opening, cancellationToken).RunAsync();

    /// <summary>Writes a change of the store's exceptions. On return it is durable, and so is the data of the
    /// exceptions.</summary>
    /// <remarks>If it fails, the device may hold the change, a part of it, or nothing of it.</remarks>
    /// <exception cref="DeviceException">The device failed.</exception>
    public async Task CommitAsync(StoreCommit commit)
    {
        if (!commit.IsWritten)
        {
            return;
        }

        var epoch = commit.Exceptions.Count == 0
            ? _cow.WriteEpoch
            : commit.Exceptions.Min(exception => exception.WriteEpoch);
        if (commit.NextArea is { } next)
        {
            // An area that is full is followed by another: what stood there before must not count as exceptions.
            await CowStoreFormat.ZeroAsync(_cow, _layout, _layout.AreaChunk(next)).ConfigureAwait(false);
        }

        // A crash up to this line loses exceptions for which nobody has changed the origin yet. One after the write
        // that follows finds their data, and the zeros.
        await _cow.FlushAsync(epoch, CancellationToken.None).ConfigureAwait(false);
        var (start, end) = Blocks(commit.Changed);
        await _areas.WriteAsync(
            _layout.RangeOf(_layout.AreaChunk(commit.Area)).StartBytes + start,
            commit.Image[start..end],
            WriteDurability.Durable).ConfigureAwait(false);
    }

    /// <summary>Marks the store invalid for ever. On return that is durable.</summary>
    /// <exception cref="DeviceException">The device failed.</exception>
    public async Task MarkInvalidAsync()
    {
        var block = new byte[_blockBytes];
        try
        {
            await _head.ReadAsync(0, block, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DeviceException e) when (e.Kind == DeviceErrorKind.Io)
        {
            // What cannot be read can often be written still, and is known: behind a head are zeros.
            block.AsSpan().Clear();
        }

        (CowHeader.For(_layout) with { IsValid = false }).Write(block);
        await _head.WriteAsync(0, block, WriteDurability.Durable).ConfigureAwait(false);
    }

    /// <summary>All bytes of an area.</summary>
    /// <exception cref="DeviceException">The device failed.</exception>
    public async Task<byte[]> ReadAreaAsync(long area)
    {
        var bytes = new byte[_layout.ChunkBytes];
        await _areas.ReadAsync(
            _layout.RangeOf(_layout.AreaChunk(area)).StartBytes, bytes, CancellationToken.None).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>Frees the buffers, at once or when the device is done with them. Harmless to repeat.</summary>
    public void Dispose()
    {
        _areas.Dispose();
        _head.Dispose();
    }

    /// <summary>What is changed, aligned out to the blocks of the device.</summary>
    private (int Start, int End) Blocks(Range changed)
    {
        var (start, length) = changed.GetOffsetAndLength(_layout.ChunkBytes);
        var end = start + length;
        return (start / _blockBytes * _blockBytes, (end + _blockBytes - 1) / _blockBytes * _blockBytes);
    }
}
