using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>An origin as it was when its snapshot began, with what was written to the snapshot since: dm-snapshot's
/// <c>snapshot</c>, or <c>snapshot-merge</c>. Safe for concurrent calls.</summary>
/// <remarks>
/// <para>What its store keeps is read there, all else from the origin; reads pass by the actor. Calls that come while
/// it is suspended wait until it runs again.</para>
/// <para>A merging one is the origin as it will be, for reads and writes.</para>
/// <para>While a snapshot with a persistent store is not loaded, it does not keep what the origin changes, and nothing
/// can tell later: write the origin only while its snapshots are.</para>
/// </remarks>
public sealed class SnapshotDevice : IBlockDevice
{
    private readonly CallGate _gate = new();
    private readonly OriginSetup _setup;
    private readonly OriginCalls _calls;

    internal SnapshotDevice(OriginSetup setup, SnapshotPort port, OriginCalls calls)
    {
        (_setup, Port, _calls) = (setup, port, calls);
        Identity = new BlockDeviceIdentity(
            port.Name, Geometry.LengthBytes, ImmutableSortedDictionary<string, string>.Empty);
    }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity { get; }

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry => Port.Geometry;

    /// <inheritdoc/>
    public long WriteEpoch => Port.IsMerge ? _setup.Epochs.Current : Port.Cow.Device.WriteEpoch;

    /// <summary>Its table, with the chunk size that the store has.</summary>
    public SnapshotTable Table => Port.Table;

    internal SnapshotPort Port { get; }

    private string Name => Port.Name;

    private SnapshotReads Reads => new(_setup.Device, Port, _calls);

    private OriginReads OriginReads => new(_setup, _calls);

    /// <summary>How it is, as dm-snapshot's status line has it.</summary>
    public Task<SnapshotStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        _calls.AskAsync<SnapshotStatus>(answer => new OriginWork.GetStatus(Port, answer), cancellationToken);

    /// <summary>How it is, in numbers.</summary>
    public Task<SnapshotCounts> GetCountsAsync(CancellationToken cancellationToken = default) =>
        _calls.AskAsync<SnapshotCounts>(answer => new OriginWork.GetCounts(Port, answer), cancellationToken);

    /// <summary>On return nothing of its own is in flight, and calls that come wait. It keeps what the origin changes
    /// all the same. A merge stops after the run that is under way.</summary>
    /// <param name="cancellationToken">Stops waiting; the snapshot is suspended all the same.</param>
    public Task SuspendAsync(CancellationToken cancellationToken = default) =>
        _calls.AskAsync<bool>(answer => new OriginWork.Suspend(Port, answer), cancellationToken);

    /// <summary>On return it runs. The first time: it shows the origin as it is at that moment, has taken over the
    /// store of another, or merges.</summary>
    /// <remarks>If it fails, it stays suspended and may be resumed again. What it has it keeps, also a store that it
    /// has just taken over, and closes the COW device in the end if it is owned.</remarks>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidOperationException">It is not suspended; or the snapshot whose store it takes over
    /// is not, or is being closed; or it is to begin while another is merged.</exception>
    /// <exception cref="DeviceException">The origin could not be flushed, or the store not made ready.</exception>
    /// <exception cref="ObjectDisposedException">It is closed, or being closed.</exception>
    public Task ResumeAsync(CancellationToken cancellationToken = default) =>
        _calls.AskAsync<bool>(answer => new OriginWork.Resume(Port, answer), cancellationToken);

    /// <summary>Completes when all of it is in the origin. Never, while nothing merges.</summary>
    /// <param name="cancellationToken">Stops waiting, not the merge.</param>
    /// <exception cref="SnapshotStoreException">The merge failed, or the snapshot is invalid.</exception>
    /// <exception cref="ObjectDisposedException">The snapshot was closed before its end.</exception>
    public Task WaitUntilMergedAsync(CancellationToken cancellationToken = default) =>
        _calls.AskAsync<bool>(answer => new OriginWork.WaitUntilMerged(Port, answer), cancellationToken);

    /// <summary>The store uses all of its device from now on, which has grown. A snapshot that overflowed takes writes
    /// again.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task GrowAsync(CancellationToken cancellationToken = default)
    {
        var sectors = Port.Cow.Device.Geometry.LengthBytes / Sectors.Size;
        return _calls.AskAsync<bool>(answer => new OriginWork.Resize(Port, sectors, answer), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.Read);
        try
        {
            BlockRequest.Check(Name, DeviceOperation.Read, Geometry, offset, buffer.Length);
            if (Port.IsMerge)
            {
                var state = await Port.StateAsync(DeviceOperation.Read, cancellationToken).ConfigureAwait(false);
                await OriginReads.ReadAsync(Port, state, offset, buffer, cancellationToken).ConfigureAwait(false);
            }
            else if (!buffer.IsEmpty)
            {
                await Reads.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        ChangeAsync(
            new ByteChange(DeviceOperation.Write, offset, buffer.Length, buffer, durability), cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        ChangeAsync(
            new ByteChange(DeviceOperation.WriteZeroes, offset, length, default, default), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Only with the feature <c>discard_zeroes_cow</c>: chunks that the store has become zeros there, of
    /// others nothing is discarded.</remarks>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        Geometry.Can(BlockDeviceAbilities.Discard)
            ? ChangeAsync(
                new ByteChange(DeviceOperation.Discard, offset, length, default, default), cancellationToken)
            : ValueTask.FromException(new DeviceException(
                Name, DeviceOperation.Discard, DeviceErrorKind.NotSupported, "its table does not ask for discards"));

    /// <inheritdoc/>
    public async ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.Flush);
        try
        {
            var state = await Port.StateAsync(DeviceOperation.Flush, cancellationToken).ConfigureAwait(false);
            var epochs = Port.IsMerge
                ? _setup.Epochs.Split(Name, writeEpoch)
                : new DeviceEpochs(0, writeEpoch);
            await _calls.SubmitAsync(OriginRequest.Flush(Port, state, epochs), cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.BlockStatus);
        try
        {
            BlockRequest.CheckBounds(Name, DeviceOperation.BlockStatus, Geometry, offset, length);
            if (!Port.IsMerge && length > 0)
            {
                return await Reads.GetBlockStatusAsync(offset, length, cancellationToken).ConfigureAwait(false);
            }

            var state = await Port.StateAsync(DeviceOperation.BlockStatus, cancellationToken).ConfigureAwait(false);
            return await OriginReads.GetBlockStatusAsync(Port, state, offset, length, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.BlockStatus);
        try
        {
            BlockRequest.CheckBounds(Name, DeviceOperation.BlockStatus, Geometry, offset, length);
            if (!Port.IsMerge)
            {
                await Reads.DropCacheAsync(offset, length, cancellationToken).ConfigureAwait(false);
                return;
            }

            var state = await Port.StateAsync(DeviceOperation.BlockStatus, cancellationToken).ConfigureAwait(false);
            await OriginReads.DropCacheAsync(Port, state, offset, length, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public async ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.Confirm);
        try
        {
            if (!Port.IsMerge)
            {
                await Reads.ConfirmAsync(cancellationToken).ConfigureAwait(false);
                return;
            }

            var state = await Port.StateAsync(DeviceOperation.Confirm, cancellationToken).ConfigureAwait(false);
            await OriginReads.ConfirmAsync(Port, state, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    /// <remarks>Anywhere on the COW device, and where the origin has it.</remarks>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length)
    {
        var cow = Port.Cow.Device;
        return [.. _setup.Device.Locate(offset, length), .. cow.Locate(0, cow.Geometry.LengthBytes)];
    }

    /// <summary>Ends what is in flight, and a merge after the run that is under way. On return the origin changes
    /// without it, and its COW device is closed, if it is owned. Waiting calls fail. Harmless to repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        _calls.Tell(new OriginWork.Leave(Port));
        await Port.Calls.UntilClosedAsync().ConfigureAwait(false);
        await _gate.CloseAsync().ConfigureAwait(false);
        await Port.CloseAsync().ConfigureAwait(false);
    }

    private async ValueTask ChangeAsync(ByteChange change, CancellationToken cancellationToken)
    {
        BlockRequest.CheckWrite(Name, change.Operation, Geometry, change.Offset, change.Length);
        _gate.Enter(Name, change.Operation);
        try
        {
            var state = await Port.StateAsync(change.Operation, cancellationToken).ConfigureAwait(false);
            var part = Math.Min(_setup.PartBytes, OriginActor.PartBytesOf(state.Layout));
            foreach (var piece in ChangeParts.Of(change, Math.Max(part, state.Layout.ChunkBytes)))
            {
                await _calls.SubmitAsync(OriginRequest.Change(Port, state, piece), cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }
}
