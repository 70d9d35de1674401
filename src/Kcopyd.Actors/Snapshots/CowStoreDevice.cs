using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Stores on COW devices, apart from a snapshot: looking at one, and making one. The devices stay the
/// caller's.</summary>
public static class CowStoreDevice
{
    /// <summary>Refuses devices that cannot be the origin and the COW device of a table. Nothing is read or
    /// written.</summary>
    /// <param name="table">Of a snapshot or a merge.</param>
    /// <param name="origin">The origin.</param>
    /// <param name="cow">The COW device.</param>
    /// <exception cref="DeviceException">One is too short, its blocks do not fit, or they share storage; a merge needs
    /// an origin that is open for writing.</exception>
    public static void CheckDevices(SnapshotTable table, IBlockDevice origin, IBlockDevice cow)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(cow);
        SnapshotGeometryRules.CheckOrigin(table, origin, isWritten: table.Target == SnapshotTarget.Merge);
        SnapshotGeometryRules.CheckCow(table, cow, isWritten: false);
        SnapshotGeometryRules.CheckOverlaps(origin, table.Length, [cow]);
    }

    /// <summary>What a store holds. Nothing is written.</summary>
    /// <param name="cow">Open for reading.</param>
    /// <param name="table">Of a snapshot or a merge, with a persistent store.</param>
    /// <param name="origin">Its origin; only asked how its blocks are. Null: any would do.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SnapshotStoreException">There is none, or it is damaged, foreign, of a newer version or cut
    /// off.</exception>
    /// <exception cref="DeviceException">The device cannot be read.</exception>
    public static async Task<CowStoreContent> ReadAsync(
        IBlockDevice cow,
        SnapshotTable table,
        IBlockDevice? origin = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cow);
        Check(table);
        var areas = new List<CowArea>();
        var opening = Opening(table, origin, isWritable: false);
        var loading = new CowStoreLoading(cow, opening, cancellationToken) { AreaFound = areas.Add };
        var loaded = await loading.RunAsync().ConfigureAwait(false);
        var store = loaded.Store;
        var status = new SnapshotStatus(
            !loaded.IsValid,
            MergeFailed: false,
            IsOverflowed: false,
            store.AllocatedSectors,
            store.CowSectors,
            store.MetadataSectors);
        return new CowStoreContent(loaded.Table, loaded.IsValid, status, loaded.Exceptions.Count, [.. areas]);
    }

    /// <summary>Whether something stands where a new store would be made, or in the first MiB of the device.</summary>
    /// <param name="cow">Open for reading.</param>
    /// <param name="table">Of a snapshot or a merge, with a persistent store.</param>
    /// <param name="origin">Its origin; only asked how its blocks are. Null: any would do.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The first byte that is not zero; null where all are.</returns>
    /// <exception cref="SnapshotStoreException">The device is too small.</exception>
    /// <exception cref="SnapshotTableException">A store cannot have the chunks of the table there.</exception>
    /// <exception cref="DeviceException">The device cannot be read.</exception>
    public static Task<long?> FindDataAsync(
        IBlockDevice cow,
        SnapshotTable table,
        IBlockDevice? origin = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cow);
        Check(table);
        var loading = new CowStoreLoading(cow, Opening(table, origin, isWritable: false), cancellationToken);
        return loading.FindDataAsync(loading.NewLayout());
    }

    /// <summary>Makes a new store without exceptions. On return it is durable.</summary>
    /// <remarks>What stood there is gone. Not cancellable: what is half written would be no store.</remarks>
    /// <param name="cow">Open for writing.</param>
    /// <param name="table">Of a snapshot, with a persistent store.</param>
    /// <param name="origin">Its origin; only asked how its blocks are. Null: any would do.</param>
    /// <returns>The store.</returns>
    /// <exception cref="SnapshotStoreException">The device is too small.</exception>
    /// <exception cref="SnapshotTableException">A store cannot have the chunks of the table there.</exception>
    /// <exception cref="DeviceException">The device failed: there may be no store any more.</exception>
    public static async Task<CowStoreContent> FormatAsync(
        IBlockDevice cow, SnapshotTable table, IBlockDevice? origin = null)
    {
        ArgumentNullException.ThrowIfNull(cow);
        Check(table);
        var loading = new CowStoreLoading(cow, Opening(table, origin, isWritable: true), CancellationToken.None);
        await CowStoreFormat.WriteAsync(cow, loading.NewLayout()).ConfigureAwait(false);
        return await ReadAsync(cow, table, origin).ConfigureAwait(false);
    }

    private static void Check(SnapshotTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.StoreKind is null or SnapshotStoreKind.Transient)
        {
            throw new ArgumentException("Only a snapshot of type P or PO keeps a store on its device.", nameof(table));
        }
    }

    private static StoreOpening Opening(SnapshotTable table, IBlockDevice? origin, bool isWritable) =>
        new(table, table.Length, origin?.Geometry.LogicalBlockSize ?? 1, StoreTrust.Strict, isWritable);
}
