using System.Collections.Immutable;
using Akka.Actor;
using Akka.Dispatch;
using Kcopyd.Actors.Hosting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>A mirror: one device over 2 to 9 legs that hold the same. Safe for concurrent calls.</summary>
/// <remarks>
/// <para>A write is complete when all legs that hold its regions have it, and the log marks the regions dirty before
/// any leg sees it. A flush makes all legs durable. Reads of regions at rest are spread over the healthy legs.</para>
/// <para>Requests that come while the mirror is suspended wait until it runs again. What an error of a leg means its
/// table says (<c>handle_errors</c>, <c>keep_log</c>); the features mean what they mean to dm-mirror.</para>
/// <para>Dispose it, or let <c>CoordinatedShutdown</c> of the actor system do it: it ends what is in flight and leaves
/// a log that says so. A process that dies instead leaves regions dirty, which the next start copies.</para>
/// </remarks>
public sealed class MirrorDevice : IBlockDevice
{
    private readonly CallGate _gate = new();
    private readonly MirrorSetup _setup;
    private readonly MirrorParts _parts;
    private readonly MirrorReads _reads;
    private readonly MessageDispatcher _dispatcher;
    private readonly BlockDeviceGeometry _geometry;
    private long _writeEpoch = 1;

    internal MirrorDevice(MirrorSetup setup, MirrorParts parts, ActorSystem system)
    {
        (_setup, _parts, _geometry) = (setup, parts, setup.Geometry);
        _dispatcher = system.Dispatchers.Lookup(CopyDispatchers.Copy);
        Actor = system.ActorOf(MirrorActor.Props(setup));
        _reads = new MirrorReads(setup, Actor, _dispatcher);
        Identity = new BlockDeviceIdentity(
            setup.Name, _geometry.LengthBytes, ImmutableSortedDictionary<string, string>.Empty);
    }

    /// <summary>The actor that owns the regions.</summary>
    public IActorRef Actor { get; }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity { get; }

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry => _geometry;

    /// <inheritdoc/>
    public long WriteEpoch => Volatile.Read(ref _writeEpoch);

    /// <summary>The table to start the mirror with next time: its legs as they are now, the default first.</summary>
    /// <remarks>Changes when the default fails or a leg is replaced: <see cref="MirrorOptions.SaveTable"/>.</remarks>
    public MirrorTable Table => _setup.Link.Table;

    private string Name => _setup.Name;

    /// <summary>Makes a mirror of devices that are open for writing, loads its log, and runs it.</summary>
    /// <param name="system">Where its actor lives.</param>
    /// <param name="table">What it is.</param>
    /// <param name="parts">Its devices.</param>
    /// <param name="options">Null: what the system configures under <c>kcopyd.mirror</c>, else all defaults.</param>
    /// <param name="cancellationToken">Stops loading the log; the devices are the caller's then.</param>
    /// <exception cref="DeviceException">A device does not fit; nothing was written.</exception>
    /// <exception cref="MirrorLogException">The log cannot be used.</exception>
    public static Task<MirrorDevice> CreateAsync(
        ActorSystem system,
        MirrorTable table,
        MirrorParts parts,
        MirrorOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(parts);
        return MirrorStart.CreateAsync(
            system, table, parts, options ?? KcopydSettings.ReadMirror(system), cancellationToken);
    }

    /// <summary>Opens the devices of a table, exclusively, and makes a mirror of them, which owns them.</summary>
    /// <param name="system">Where its actor lives.</param>
    /// <param name="table">What it is; its devices are URIs or paths.</param>
    /// <param name="opener">What opens them.</param>
    /// <param name="options">Null: what the system configures under <c>kcopyd.mirror</c>, else all defaults.</param>
    /// <param name="cancellationToken">Stops it; what was opened is closed.</param>
    /// <exception cref="DeviceException">A device cannot be opened or does not fit; nothing was written.</exception>
    /// <exception cref="MirrorLogException">The log cannot be used.</exception>
    public static Task<MirrorDevice> OpenAsync(
        ActorSystem system,
        MirrorTable table,
        IBlockDeviceOpener opener,
        MirrorOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(opener);
        return MirrorStart.OpenAsync(
            system, table, opener, options ?? KcopydSettings.ReadMirror(system), cancellationToken);
    }

    /// <summary>Refuses devices that cannot be the legs and the log of a table. Nothing is read or written.</summary>
    /// <param name="table">The mirror.</param>
    /// <param name="parts">Its devices.</param>
    /// <param name="areWritten">Whether they are to be open for writing.</param>
    /// <exception cref="DeviceException">One does not fit; the message says which and why.</exception>
    public static void CheckDevices(MirrorTable table, MirrorParts parts, bool areWritten = true)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(parts);
        _ = MirrorGeometryRules.Check("mirror", table, parts, areWritten);
    }

    /// <summary>How it is, as dm-mirror's status line has it.</summary>
    public Task<MirrorStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        AskAsync<MirrorStatus>(answer => new MirrorWork.GetStatus(answer), cancellationToken);

    /// <summary>How it is, in numbers.</summary>
    public Task<MirrorCounts> GetCountsAsync(CancellationToken cancellationToken = default) =>
        AskAsync<MirrorCounts>(answer => new MirrorWork.GetCounts(answer), cancellationToken);

    /// <summary>The legs that failed, and the log if it did, with what they answered last.</summary>
    public Task<ImmutableArray<MirrorFailure>> GetFailuresAsync(CancellationToken cancellationToken = default) =>
        AskAsync<ImmutableArray<MirrorFailure>>(answer => new MirrorWork.GetFailures(answer), cancellationToken);

    /// <summary>Completes when all legs hold the same. Never, while a leg stays failed.</summary>
    public Task WaitUntilInSyncAsync(CancellationToken cancellationToken = default) =>
        AskAsync<bool>(answer => new MirrorWork.WaitUntilInSync(answer), cancellationToken);

    /// <summary>On return nothing is in flight, the log says all that is known, and requests that come wait.</summary>
    /// <param name="keepsHeld">What becomes of requests that are held since a leg failed: true, they are done again
    /// on resume; false, they fail with EIO.</param>
    /// <param name="cancellationToken">Stops waiting; the mirror is suspended all the same.</param>
    public Task SuspendAsync(bool keepsHeld = false, CancellationToken cancellationToken = default) =>
        AskAsync<bool>(answer => new MirrorWork.Suspend(keepsHeld, answer), cancellationToken);

    /// <summary>On return the mirror runs again.</summary>
    /// <param name="forgetsErrors">Forgets the errors of all legs and of the log, as loading the table again does:
    /// they are healthy now.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidOperationException">It is not suspended.</exception>
    /// <exception cref="MirrorLogException">The log cannot be written; the mirror stays suspended.</exception>
    public Task ResumeAsync(bool forgetsErrors = false, CancellationToken cancellationToken = default) =>
        AskAsync<bool>(answer => new MirrorWork.Resume(forgetsErrors, answer), cancellationToken);

    /// <summary>Puts another device in the place of a leg, while the mirror runs or is suspended. On return the log and
    /// the saved table know of it; what it is to hold is copied from then on.</summary>
    /// <param name="leg">Which leg, from 0.</param>
    /// <param name="spec">What the table says of the new one.</param>
    /// <param name="device">It, open for writing. The old one is disposed, if it is owned, when its last reader is
    /// done.</param>
    /// <param name="isOwned">Whether the mirror disposes the new one.</param>
    /// <param name="cancellationToken">Stops waiting; the leg may have been replaced.</param>
    /// <exception cref="DeviceException">The device does not fit.</exception>
    /// <exception cref="InvalidOperationException">No other leg holds everything, the log failed, or the mirror is
    /// being suspended; the new device is not used.</exception>
    /// <exception cref="MirrorLogException">The log failed meanwhile: the new device is the leg, and the log will know
    /// of it when it is written anew.</exception>
    public Task ReplaceLegAsync(
        int leg,
        MirrorLegSpec spec,
        IBlockDevice device,
        bool isOwned,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegative(leg);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leg, _setup.Table.Legs.Length);
        MirrorGeometryRules.CheckReplacement(_setup, leg, spec, device);
        var placed = new MirrorLeg(spec, device, isOwned);
        return AskAsync<bool>(answer => new MirrorWork.Replace(leg, placed, answer), cancellationToken);
    }

    /// <summary>Compares the legs, region by region, while the mirror runs. Writes to a region wait while it is
    /// compared. Nothing is changed.</summary>
    /// <param name="regionsDone">Hears how many regions are done.</param>
    /// <param name="cancellationToken">Stops waiting, not the comparison.</param>
    public Task<MirrorComparison> CheckAsync(
        IProgress<long>? regionsDone = null, CancellationToken cancellationToken = default) =>
        AskAsync<MirrorComparison>(answer => new MirrorWork.Check(regionsDone, answer), cancellationToken);

    /// <summary>Another limit for recoveries, for those under way too.</summary>
    /// <param name="bytesPerSecond">Bytes of the source a second; 0: no limit.</param>
    public void SetRecoveryRate(ByteCount bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond.Value, nameof(bytesPerSecond));
        Tell(new MirrorWork.SetRecoveryRate(bytesPerSecond));
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.Read);
        try
        {
            BlockRequest.Check(Name, DeviceOperation.Read, _geometry, offset, buffer.Length);
            _setup.Use.Note();
            await _reads.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        ChangeAsync(DeviceOperation.Write, (offset, buffer.Length), buffer, durability, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        ChangeAsync(DeviceOperation.WriteZeroes, (offset, length), default, default, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>A leg that does not do it does not count as failed; what the legs hold there is made equal
    /// again.</remarks>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        _geometry.Can(BlockDeviceAbilities.Discard)
            ? ChangeAsync(DeviceOperation.Discard, (offset, length), default, default, cancellationToken)
            : throw new DeviceException(
                Name, DeviceOperation.Discard, DeviceErrorKind.NotSupported, "a leg does not take discards");

    /// <inheritdoc/>
    public async ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken)
    {
        if (writeEpoch != WriteEpoch)
        {
            throw WriteEpochs.Lost(Name);
        }

        try
        {
            await SubmitAsync(MirrorRequest.Flush(), cancellationToken).ConfigureAwait(false);
        }
        catch (DeviceException e) when (e.Kind == DeviceErrorKind.Io)
        {
            Interlocked.CompareExchange(ref _writeEpoch, writeEpoch + 1, writeEpoch);
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>As the leg tells that a read would go to.</remarks>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.BlockStatus);
        try
        {
            BlockRequest.CheckBounds(Name, DeviceOperation.BlockStatus, _geometry, offset, length);
            return await _reads.GetBlockStatusAsync(offset, length, cancellationToken).ConfigureAwait(false);
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
            await _reads.DropCacheAsync(offset, length, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    /// <remarks>Fails if no leg is where its name leads.</remarks>
    public async ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        _gate.Enter(Name, DeviceOperation.Confirm);
        try
        {
            await _reads.ConfirmAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    /// <remarks>On all legs, one after the other.</remarks>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length) =>
        [.. _setup.Legs.Current.SelectMany(leg => leg.Device.Locate(leg.OffsetOf(offset), length))];

    /// <summary>Ends what is in flight, marks clean what is equal, and closes the devices that it owns. Held and
    /// waiting requests fail. Harmless to repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        Tell(new MirrorWork.Close());
        await _setup.Link.Calls.UntilClosedAsync().ConfigureAwait(false);
        await _gate.CloseAsync().ConfigureAwait(false);
        await _setup.Log.DisposeAsync().ConfigureAwait(false);
        await _setup.Legs.DisposeAsync().ConfigureAwait(false);
        if (_parts is { AreOwned: true, Log: { } log })
        {
            await log.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal Task Closed => _setup.Link.Calls.Closed;

    private async ValueTask ChangeAsync(
        DeviceOperation operation,
        (long Offset, long Length) range,
        ReadOnlyMemory<byte> data,
        WriteDurability durability,
        CancellationToken cancellationToken)
    {
        BlockRequest.CheckWrite(Name, operation, _geometry, range.Offset, range.Length);
        if (range.Length > 0)
        {
            var request = MirrorRequest.Change(
                _setup.Machine.Geometry, operation, range.Offset, range.Length, data);
            request.Durability = durability;
            await SubmitAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask SubmitAsync(MirrorRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _gate.Enter(Name, request.Operation);
        try
        {
            _setup.Use.Note();
            _setup.Link.Calls.Add(request.End, request.Operation);

            // First, so that giving it up never overtakes it.
            Tell(new MirrorWork.Submit(request));
            var registration = cancellationToken.UnsafeRegister(
                (state, token) => Tell(new MirrorWork.Withdraw((MirrorRequest)state!, token)), request);
            await using (registration.ConfigureAwait(false))
            {
                var failure = await request.End.Done.ConfigureAwait(false);
                _setup.Link.Calls.Remove(request.End);
                if (failure is not null)
                {
                    throw failure;
                }
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    private Task<T> AskAsync<T>(Func<Answer<T>, MirrorWork> question, CancellationToken cancellationToken)
    {
        var answer = new Answer<T>(_dispatcher);
        Tell(question(answer));
        return _setup.Link.Calls.UntilClosed(answer.Task, cancellationToken);
    }

    private void Tell(MirrorWork message) => Actor.Tell(message, ActorRefs.NoSender);
}
