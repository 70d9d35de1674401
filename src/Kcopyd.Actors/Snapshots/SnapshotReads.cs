using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Reads of a snapshot that is not merged: from its store, and from the device underneath the origin. They
/// pass by the actor, wait while the snapshot is suspended, and fail if it becomes invalid meanwhile, or its origin
/// crashes: nobody keeps what it shows then.</summary>
/// <param name="Origin">The device underneath the origin.</param>
/// <param name="Port">The snapshot.</param>
/// <param name="Calls">Its calls.</param>
internal readonly record struct SnapshotReads(IBlockDevice Origin, SnapshotPort Port, OriginCalls Calls)
{
    /// <summary>Fills the buffer, which is not empty.</summary>
    /// <exception cref="DeviceException">A device failed, or the snapshot is invalid.</exception>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var (state, read) = await EnterAsync(DeviceOperation.Read, offset, buffer.Length, cancellationToken)
            .ConfigureAwait(false);
        var isGood = false;
        try
        {
            await Chunks(state).ReadAsync(read.Runs, offset, buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            isGood = Exit(state, read);
        }

        RefuseUnless(isGood, DeviceOperation.Read, offset);
    }

    /// <summary>What the devices say of a range, which is not empty; the answer may end before the range
    /// does.</summary>
    /// <remarks>Tracked as a read is: what the origin says of a chunk after it changed is not true of the snapshot.
    /// </remarks>
    /// <exception cref="DeviceException">A device failed, or the snapshot is invalid.</exception>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        var asked = Math.Min(length, OriginReads.StatusChunks * Port.Table.ChunkSectors * (long)Core.Sectors.Size);
        var (state, read) = await EnterAsync(DeviceOperation.BlockStatus, offset, asked, cancellationToken)
            .ConfigureAwait(false);
        IReadOnlyList<BlockExtent> extents;
        var isGood = false;
        try
        {
            extents = await Chunks(state).GetBlockStatusAsync(read.Runs[0], offset, asked, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            isGood = Exit(state, read);
        }

        RefuseUnless(isGood, DeviceOperation.BlockStatus, offset);
        return extents;
    }

    /// <summary>Forgets what is cached of a range of the origin, and of all of the store.</summary>
    /// <exception cref="DeviceException">A device failed, or the snapshot is invalid.</exception>
    public async ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken)
    {
        var (state, read) = await EnterAsync(DeviceOperation.BlockStatus, 0, 0, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            var cow = Port.Cow.Device;
            await Origin.DropCacheAsync(offset, length, cancellationToken).ConfigureAwait(false);
            await cow.DropCacheAsync(0, cow.Geometry.LengthBytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Exit(state, read);
        }
    }

    /// <summary>Whether the names of both devices still lead to them.</summary>
    /// <exception cref="DeviceException">One does not, or the snapshot is invalid.</exception>
    public async ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        var (state, read) = await EnterAsync(DeviceOperation.Confirm, 0, 0, cancellationToken).ConfigureAwait(false);
        try
        {
            await Origin.ConfirmAsync(cancellationToken).ConfigureAwait(false);
            await Port.Cow.Device.ConfirmAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Exit(state, read);
        }
    }

    private ChunkReads Chunks(SnapshotState state) => new(Origin, Port.Cow.Device, state.Layout.ChunkBytes);

    private async ValueTask<(SnapshotState State, SnapshotRead Read)> EnterAsync(
        DeviceOperation operation, long offset, long length, CancellationToken cancellationToken)
    {
        while (true)
        {
            Calls.Calls.ThrowIfClosed(operation);
            var state = await Port.StateAsync(operation, cancellationToken).ConfigureAwait(false);
            var chunkBytes = state.Layout.ChunkBytes;
            var (first, last) = length == 0 ? (0, -1) : (offset / chunkBytes, (offset + length - 1) / chunkBytes);
            switch (state.Map.Begin(first, last, out var read))
            {
                case SnapshotGate.Open:
                    return (state, read!);
                case SnapshotGate.Invalid:
                    throw SnapshotRefusals.Invalid(Port.Name, operation, offset);
            }

            var request = OriginRequest.Read(Port, state, operation);
            await Calls.SubmitAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Whether the snapshot was valid all the time.</returns>
    private bool Exit(SnapshotState state, SnapshotRead read)
    {
        var end = state.Map.End(read);
        if (end.IsAwaited)
        {
            Calls.Tell(new OriginWork.ReadEnded(state));
        }

        return end.IsGood;
    }

    private void RefuseUnless(bool isGood, DeviceOperation operation, long offset)
    {
        Calls.Calls.ThrowIfClosed(operation);
        if (!isGood)
        {
            throw SnapshotRefusals.Invalid(Port.Name, operation, offset);
        }
    }
}
