using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Makes snapshots: geometry, store, machine state, device, in this order.</summary>
internal static class SnapshotStart
{
    private static long _number;

    /// <summary>As <see cref="OriginDevice.LoadSnapshotAsync"/>.</summary>
    public static async Task<SnapshotDevice> LoadAsync(
        SnapshotParts parts,
        SnapshotTable table,
        (IBlockDevice Device, bool IsOwned, bool BeginsNow) cow,
        SnapshotOptions? options,
        CancellationToken cancellationToken)
    {
        var setup = parts.Setup;
        var settings = options ?? KcopydSettings.ReadSnapshot(parts.Calls.System);
        var name = settings.Name ?? $"snapshot:{Interlocked.Increment(ref _number)}";
        CheckDevices(setup, table, cow.Device, name);
        var claim = StorageClaim.Of(cow.Device, long.MaxValue);
        var taking = new SnapshotTaking(name, claim, table.Target == SnapshotTarget.Merge, cow.BeginsNow);
        await parts.Calls.AskAsync<bool>(answer => new OriginWork.Take(taking, answer), CancellationToken.None)
            .ConfigureAwait(false);
        CowStoreAccess? access = null;
        try
        {
            var opening = new StoreOpening(
                table, table.Length, setup.Device.Geometry.LogicalBlockSize, settings.StoreTrust, IsWritable: true);
            var loaded = await CowStoreAccess.LoadAsync(cow.Device, opening, cancellationToken).ConfigureAwait(false);
            access = loaded.Store.IsPersistent ? new CowStoreAccess(cow.Device, loaded.Store.Layout) : null;
            var port = new SnapshotPort(name, loaded.Table, settings)
            {
                Calls = new CallLink(name, parts.Calls.Dispatcher),
                Cow = new SnapshotCow(cow.Device, access, claim, cow.IsOwned),
                Geometry = SnapshotGeometryRules.Of(loaded.Table, setup.Device, cow.Device, isReadOnly: false),
            };
            var snapshot = await JoinAsync(parts, port, StateOf(loaded, settings)).ConfigureAwait(false);
            port.Loaded.TrySetResult();
            return snapshot;
        }
        catch
        {
            parts.Calls.Tell(new OriginWork.GiveBack(claim));
            access?.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="OriginDevice.LoadSuccessorAsync"/>.</summary>
    public static async Task<SnapshotDevice> LoadSuccessorAsync(
        SnapshotParts parts,
        SnapshotDevice source,
        SnapshotTable table,
        SnapshotOptions? options,
        CancellationToken cancellationToken)
    {
        var predecessor = source.Port;
        var settings = options ?? predecessor.Options;
        var name = settings.Name is { } given && given != predecessor.Options.Name
            ? given
            : $"snapshot:{Interlocked.Increment(ref _number)}";
        var isTransient = predecessor.Table.StoreKind == SnapshotStoreKind.Transient;
        if (table.Store is not { } store
            || table.Length != predecessor.Table.Length
            || isTransient != (store.Kind == SnapshotStoreKind.Transient))
        {
            throw Refusal(
                name, "a successor is a snapshot, as long and as persistent as the one whose store it takes over");
        }

        cancellationToken.ThrowIfCancellationRequested();
        var cow = predecessor.Cow;
        CheckDevices(parts.Setup, table, cow.Device, name);
        var own = table.WithChunkSectors(predecessor.Table.ChunkSectors);
        var port = new SnapshotPort(name, own, settings)
        {
            Calls = new CallLink(name, parts.Calls.Dispatcher),
            Cow = cow,
            Geometry = SnapshotGeometryRules.Of(own, parts.Setup.Device, cow.Device, isReadOnly: false),
            Predecessor = predecessor,
        };
        return await JoinAsync(parts, port, null).ConfigureAwait(false);
    }

    private static async Task<SnapshotDevice> JoinAsync(SnapshotParts parts, SnapshotPort port, SnapshotState? state)
    {
        await parts.Calls.AskAsync<bool>(answer => new OriginWork.Load(port, state, answer), CancellationToken.None)
            .ConfigureAwait(false);
        return new SnapshotDevice(parts.Setup, port, parts.Calls with { Calls = port.Calls });
    }

    private static SnapshotState StateOf(LoadedStore loaded, SnapshotOptions settings) => new(
        new SnapshotTerms(loaded.Table.Length, loaded.Table.Store!, settings.Policy),
        loaded.Store,
        loaded.Exceptions,
        loaded.IsValid);

    private static void CheckDevices(OriginSetup setup, SnapshotTable table, IBlockDevice cow, string name)
    {
        if (table.Store is null)
        {
            throw Refusal(name, "the table is that of an origin, not of a snapshot");
        }

        SnapshotGeometryRules.CheckOrigin(table, setup.Device, isWritten: table.Target == SnapshotTarget.Merge);
        SnapshotGeometryRules.CheckCow(table, cow, isWritten: true);
        SnapshotGeometryRules.CheckEnd(table, setup.Device, cow);
        SnapshotGeometryRules.CheckMerge(table, setup.BlockBytes, cow);
    }

    private static DeviceException Refusal(string name, string reason) =>
        new(name, DeviceOperation.Open, DeviceErrorKind.InvalidRequest, reason);
}
