using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>A device whose snapshots keep what it was: dm-snapshot's <c>snapshot-origin</c>. Safe for concurrent calls.
/// </summary>
/// <remarks>
/// <para>A write waits until every snapshot has, durably, what it overwrites. Reads pass through. While a snapshot is
/// merged back, this device already is what it will be.</para>
/// <para>All writes of the device underneath have to come through here; what is written past it, snapshots show.</para>
/// <para>Dispose it, or let <c>CoordinatedShutdown</c> of the actor system do it: it ends what is in flight, and closes
/// its snapshots.</para>
/// </remarks>
public sealed class OriginDevice : IBlockDevice
{
    private static long _number;

    private readonly CallGate _gate = new();
    private readonly OriginSetup _setup;
    private readonly OriginCalls _calls;
    private readonly BlockDeviceGeometry _geometry;
    private readonly bool _isOwned;

    private OriginDevice(ActorSystem system, OriginSetup setup, bool isOwned)
    {
        (_setup, _isOwned) = (setup, isOwned);
        var underneath = setup.Device.Geometry;
        _geometry = underneath with
        {
            LogicalBlockSize = setup.BlockBytes,
            Abilities = underneath.Abilities & ~BlockDeviceAbilities.ByteGranular,
        };
        Actor = system.ActorOf(OriginActor.Props(setup));
        _calls = new OriginCalls(Actor, setup.Calls, system);
        Identity = new BlockDeviceIdentity(
            setup.Name, _geometry.LengthBytes, ImmutableSortedDictionary<string, string>.Empty);
    }

    /// <summary>The actor that owns the origin and its snapshots.</summary>
    public IActorRef Actor { get; }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity { get; }

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry => _geometry;

    /// <inheritdoc/>
    public long WriteEpoch => _setup.Epochs.Current;

    private string Name => _setup.Name;

    private OriginReads Reads => new(_setup, _calls);

    /// <summary>An origin over a device, without snapshots, running.</summary>
    /// <param name="system">Where its actor lives.</param>
    /// <param name="device">The device underneath; open for reading only if the origin is not to be written.</param>
    /// <param name="isOwned">Whether the origin disposes it.</param>
    /// <param name="options">Null: what the system configures under <c>kcopyd.snapshot</c>, else all defaults.</param>
    public static OriginDevice Create(
        ActorSystem system, IBlockDevice device, bool isOwned = false, OriginOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(device);
        var settings = options ?? KcopydSettings.ReadOrigin(system);
        CopyDispatchers.Register(system);
        var name = settings.Name ?? $"origin:{Interlocked.Increment(ref _number)}";
        var calls = new CallLink(name, CopyDispatchers.Of(system));
        var origin = new OriginDevice(system, new OriginSetup(name, device, settings, calls), isOwned);
        KcopydClients.For(system).Add(origin, ShutdownTurn.Origins, origin._setup.Calls.Closed);
        return origin;
    }

    /// <summary>Loads a snapshot, and runs it: from the return on, it shows the origin as it was in that moment, or
    /// what its store says. With a <c>snapshot-merge</c> table, merging begins.</summary>
    /// <remarks>
    /// <para>Writes of the origin wait until those in flight have ended and the origin was flushed.</para>
    /// <para>If loading fails or is stopped, the COW device stays the caller's, as it was unless a new store was being
    /// made. If the snapshot was loaded and could not begin, it is disposed, and so is the device if it is owned.
    /// Whoever disposes the device after any failure does no harm.</para>
    /// </remarks>
    /// <param name="table">What it is; the names of its devices are for messages and its status.</param>
    /// <param name="cow">Its COW device, open for writing.</param>
    /// <param name="isOwned">Whether the snapshot disposes it.</param>
    /// <param name="options">Null: what the system configures under <c>kcopyd.snapshot</c>, else all defaults.</param>
    /// <param name="cancellationToken">Stops loading; what was loaded begins.</param>
    /// <exception cref="DeviceException">A device does not fit or failed, or the snapshot could not begin.</exception>
    /// <exception cref="SnapshotStoreException">The store cannot be used: nothing was written to it.</exception>
    /// <exception cref="SnapshotTableException">A new store cannot have the chunks of the table.</exception>
    /// <exception cref="InvalidOperationException">A snapshot is being merged into the origin: nothing was written to
    /// the COW device, unless that merge began while this was being loaded.</exception>
    /// <exception cref="ObjectDisposedException">The origin is closed.</exception>
    public async Task<SnapshotDevice> AddSnapshotAsync(
        SnapshotTable table,
        IBlockDevice cow,
        bool isOwned = false,
        SnapshotOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var snapshot = await LoadAsync(table, (cow, isOwned, true), options, cancellationToken).ConfigureAwait(false);
        try
        {
            await snapshot.ResumeAsync(CancellationToken.None).ConfigureAwait(false);
            return snapshot;
        }
        catch
        {
            await snapshot.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Loads a snapshot without running it: it shows nothing, and keeps nothing, before it is resumed. A new
    /// store is made if the device has none.</summary>
    /// <remarks>If it fails or is stopped, the COW device stays the caller's, as it was unless a new store was being
    /// made. From the return on it is the snapshot's, also when that cannot be resumed: it is closed with it if it is
    /// owned.</remarks>
    /// <param name="table">What it is; the names of its devices are for messages and its status.</param>
    /// <param name="cow">Its COW device, open for writing.</param>
    /// <param name="isOwned">Whether the snapshot disposes it.</param>
    /// <param name="options">Null: what the system configures under <c>kcopyd.snapshot</c>, else all defaults.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="DeviceException">A device does not fit or failed.</exception>
    /// <exception cref="SnapshotStoreException">The store cannot be used: nothing was written to it.</exception>
    /// <exception cref="SnapshotTableException">A new store cannot have the chunks of the table.</exception>
    /// <exception cref="InvalidOperationException">It is to be merged, as another already is: nothing was written to
    /// the COW device.</exception>
    /// <exception cref="ObjectDisposedException">The origin is closed.</exception>
    public Task<SnapshotDevice> LoadSnapshotAsync(
        SnapshotTable table,
        IBlockDevice cow,
        bool isOwned = false,
        SnapshotOptions? options = null,
        CancellationToken cancellationToken = default) =>
        LoadAsync(table, (cow, isOwned, false), options, cancellationToken);

    /// <summary>Loads a snapshot that takes over the store of another when it is resumed the first time: another table,
    /// or merging. The other has to be suspended by then, and shows nothing from then on.</summary>
    /// <param name="source">The snapshot; still to be disposed by its owner. It has its COW device until the handover,
    /// also if the new one cannot be loaded. From then on the new one has it, also if it cannot begin, and closes it if
    /// it is owned.</param>
    /// <param name="table">What the new one is; the chunk size is that of the store.</param>
    /// <param name="options">Null: as of the source.</param>
    /// <param name="cancellationToken">If it is cancelled before, nothing is loaded.</param>
    /// <exception cref="DeviceException">The table does not fit the store or the devices.</exception>
    /// <exception cref="InvalidOperationException">Another snapshot is merging, or is to take over the same store; or
    /// the source is merged itself, was replaced, is closed or being closed, or is one of another origin.</exception>
    public Task<SnapshotDevice> LoadSuccessorAsync(
        SnapshotDevice source,
        SnapshotTable table,
        SnapshotOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(table);
        return SnapshotStart.LoadSuccessorAsync(
            new SnapshotParts(_setup, _calls), source, table, options, cancellationToken);
    }

    /// <summary>On return nothing is in flight, no merge step runs, and calls that come wait.</summary>
    /// <param name="cancellationToken">Stops waiting; the origin is suspended all the same.</param>
    public Task SuspendAsync(CancellationToken cancellationToken = default) =>
        _calls.AskAsync<bool>(answer => new OriginWork.Suspend(null, answer), cancellationToken);

    /// <summary>On return the origin runs again.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidOperationException">It is not suspended.</exception>
    public Task ResumeAsync(CancellationToken cancellationToken = default) =>
        _calls.AskAsync<bool>(answer => new OriginWork.Resume(null, answer), cancellationToken);

    /// <summary>Another throttle for copies, for those under way too.</summary>
    /// <param name="bytesPerSecond">Bytes read a second; 0: no limit. Null: as it is.</param>
    /// <param name="percent">Per cent of the time with I/O in flight, 0 to 100; 100: no limit. Null: as it is.</param>
    public void SetThrottle(ByteCount? bytesPerSecond, int? percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond?.Value ?? 0, nameof(bytesPerSecond));
        ArgumentOutOfRangeException.ThrowIfNegative(percent ?? 0, nameof(percent));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent ?? 0, 100, nameof(percent));
        _calls.Tell(new OriginWork.SetThrottle(bytesPerSecond, percent));
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.Read);
        try
        {
            BlockRequest.Check(Name, DeviceOperation.Read, _geometry, offset, buffer.Length);
            await Reads.ReadAsync(null, null, offset, buffer, cancellationToken).ConfigureAwait(false);
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
    /// <remarks>Snapshots keep what is discarded. While a snapshot is merged, discards are done with without effect.
    /// </remarks>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        _geometry.Can(BlockDeviceAbilities.Discard)
            ? ChangeAsync(
                new ByteChange(DeviceOperation.Discard, offset, length, default, default), cancellationToken)
            : ValueTask.FromException(new DeviceException(
                Name, DeviceOperation.Discard, DeviceErrorKind.NotSupported, "the device takes no discards"));

    /// <inheritdoc/>
    public async ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.Flush);
        try
        {
            var epochs = _setup.Epochs.Split(Name, writeEpoch);
            await _calls.SubmitAsync(OriginRequest.Flush(null, null, epochs), cancellationToken).ConfigureAwait(false);
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
            BlockRequest.CheckBounds(Name, DeviceOperation.BlockStatus, _geometry, offset, length);
            return await Reads.GetBlockStatusAsync(null, null, offset, length, cancellationToken)
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
            BlockRequest.CheckBounds(Name, DeviceOperation.BlockStatus, _geometry, offset, length);
            await Reads.DropCacheAsync(null, null, offset, length, cancellationToken).ConfigureAwait(false);
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
            await Reads.ConfirmAsync(null, null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length) => _setup.Device.Locate(offset, length);

    /// <summary>Ends what is in flight, stops merging after the run that is under way, closes its snapshots, and the
    /// devices that it owns. Waiting calls fail. Harmless to repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        _calls.Tell(new OriginWork.Close());
        await _setup.Calls.UntilClosedAsync().ConfigureAwait(false);
        await _gate.CloseAsync().ConfigureAwait(false);
        foreach (var port in _setup.Ports.ToArray())
        {
            await port.CloseAsync().ConfigureAwait(false);
        }

        if (_isOwned)
        {
            await _setup.Device.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Task<SnapshotDevice> LoadAsync(
        SnapshotTable table,
        (IBlockDevice Device, bool IsOwned, bool BeginsNow) cow,
        SnapshotOptions? options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(cow.Device);
        return SnapshotStart.LoadAsync(
            new SnapshotParts(_setup, _calls), table, cow, options, cancellationToken);
    }

    private async ValueTask ChangeAsync(ByteChange change, CancellationToken cancellationToken)
    {
        BlockRequest.CheckWrite(Name, change.Operation, _geometry, change.Offset, change.Length);
        _gate.Enter(Name, change.Operation);
        try
        {
            foreach (var part in ChangeParts.Of(change, _setup.PartBytes))
            {
                await _calls.SubmitAsync(OriginRequest.Change(null, null, part), cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }
}
