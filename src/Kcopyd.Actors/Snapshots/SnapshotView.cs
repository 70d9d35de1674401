using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>What a snapshot with a persistent store shows, of an origin that nobody writes: a device for reading. Safe
/// for concurrent calls.</summary>
/// <remarks>
/// <para>Origin and COW device are open for reading, shared with other readers, and not a byte of them is changed. A
/// merge that was begun and not finished shows what its origin will hold in the end.</para>
/// <para>Its identity has the marks of both devices and says when either last changed, so that a copy of it that goes
/// on later notices another origin, another store, or a change of one of them.</para>
/// <para>Errors name this device and the position in it, and say in the reason which device failed and where.</para>
/// </remarks>
public class SnapshotView : IBlockDevice
{
    private readonly IBlockDevice _origin;
    private readonly IBlockDevice _cow;
    private readonly LoadedStore _loaded;
    private readonly BlockDeviceGeometry _geometry;

    private protected SnapshotView(string name, IBlockDevice origin, IBlockDevice cow, LoadedStore loaded)
    {
        (_origin, _cow, _loaded) = (origin, cow, loaded);
        _geometry = SnapshotGeometryRules.Of(loaded.Table, origin, cow, isReadOnly: true);
        Identity = SnapshotViewIdentity.Of(name, _geometry.LengthBytes, origin.Identity, cow.Identity);
    }

    /// <inheritdoc/>
    public BlockDeviceIdentity Identity { get; }

    /// <inheritdoc/>
    public BlockDeviceGeometry Geometry => _geometry;

    /// <summary>1, always: nothing is written.</summary>
    public long WriteEpoch => 1;

    /// <summary>The table with the chunk size that the store says.</summary>
    public SnapshotTable Table => _loaded.Table;

    /// <summary>Chunks that are read from the store.</summary>
    public long ExceptionCount => _loaded.Exceptions.Count;

    private protected string Name => Identity.Uri;

    private protected CallGate Gate { get; } = new();

    private CowLayout Layout => _loaded.Store.Layout;

    /// <summary>Opens the devices of a table for reading, and the view, which owns them. Nothing is written.</summary>
    /// <param name="table">Of a snapshot or a merge, with a persistent store.</param>
    /// <param name="opener">What opens its devices.</param>
    /// <param name="cancellationToken">Stops it; what was opened is closed.</param>
    /// <exception cref="DeviceException">A device cannot be opened or read, or does not fit.</exception>
    /// <exception cref="SnapshotStoreException">There is no store, it is damaged, or it lost its snapshot.</exception>
    public static Task<SnapshotView> OpenAsync(
        SnapshotTable table, IBlockDeviceOpener opener, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(opener);
        return OpenAsync(SnapshotScheme.UriOf(table), table, opener, isDirect: false, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Gate.Enter(Name, DeviceOperation.Read);
        var done = 0;
        (IBlockDevice Device, long At, long Length) piece = default;
        try
        {
            BlockRequest.Check(Name, DeviceOperation.Read, _geometry, offset, buffer.Length);
            while (done < buffer.Length)
            {
                piece = PieceAt(offset + done, buffer.Length - done);
                await piece.Device.ReadAsync(piece.At, buffer.Slice(done, (int)piece.Length), cancellationToken)
                    .ConfigureAwait(false);
                done += (int)piece.Length;
            }
        }
        catch (DeviceException failure) when (failure.Device != Name)
        {
            throw Translate(failure, DeviceOperation.Read, offset + done + Within(failure, piece.At));
        }
        finally
        {
            Gate.Exit();
        }
    }

    /// <summary>Refused: it is for reading only.</summary>
    public ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> buffer, WriteDurability durability, CancellationToken cancellationToken) =>
        RefuseAsync(DeviceOperation.Write, offset, buffer.Length);

    /// <summary>Refused: it is for reading only.</summary>
    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        RefuseAsync(DeviceOperation.WriteZeroes, offset, length);

    /// <summary>Refused: it is for reading only.</summary>
    public ValueTask DiscardAsync(long offset, long length, CancellationToken cancellationToken) =>
        RefuseAsync(DeviceOperation.Discard, offset, length);

    /// <summary>There is nothing to flush.</summary>
    public ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    /// <remarks>As the device tells that a read would go to; the answer ends where reads go to the other.</remarks>
    public async ValueTask<IReadOnlyList<BlockExtent>> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        Gate.Enter(Name, DeviceOperation.BlockStatus);
        try
        {
            BlockRequest.CheckBounds(Name, DeviceOperation.BlockStatus, _geometry, offset, length);
            if (length == 0 || offset >= _geometry.LengthBytes)
            {
                return length == 0 ? [] : [new BlockExtent(offset, length, BlockStatus.Zero)];
            }

            var piece = PieceAt(offset, length);
            var extents = await piece.Device.GetBlockStatusAsync(piece.At, piece.Length, cancellationToken)
                .ConfigureAwait(false);
            return [.. extents.Select(extent => extent with { Offset = extent.Offset - piece.At + offset })];
        }
        catch (DeviceException failure) when (failure.Device != Name)
        {
            throw Translate(failure, DeviceOperation.BlockStatus, offset);
        }
        finally
        {
            Gate.Exit();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DropCacheAsync(long offset, long length, CancellationToken cancellationToken)
    {
        Gate.Enter(Name, DeviceOperation.BlockStatus);
        try
        {
            BlockRequest.CheckBounds(Name, DeviceOperation.BlockStatus, _geometry, offset, length);
            var end = Math.Min(offset + length, _geometry.LengthBytes);
            for (var at = offset; at < end;)
            {
                var piece = PieceAt(at, end - at);
                await piece.Device.DropCacheAsync(piece.At, piece.Length, cancellationToken).ConfigureAwait(false);
                at += piece.Length;
            }
        }
        catch (DeviceException failure) when (failure.Device != Name)
        {
            throw Translate(failure, DeviceOperation.BlockStatus, offset);
        }
        finally
        {
            Gate.Exit();
        }
    }

    /// <inheritdoc/>
    public async ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        Gate.Enter(Name, DeviceOperation.Confirm);
        try
        {
            await _origin.ConfirmAsync(cancellationToken).ConfigureAwait(false);
            await _cow.ConfirmAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DeviceException failure) when (failure.Device != Name)
        {
            throw Translate(failure, DeviceOperation.Confirm, offset: null);
        }
        finally
        {
            Gate.Exit();
        }
    }

    /// <summary>The range of the origin, and all of the COW device: who writes to either changes what is read
    /// here.</summary>
    public IReadOnlyList<StorageExtent> Locate(long offset, long length) =>
        [.. _origin.Locate(offset, length), .. _cow.Locate(0, _cow.Geometry.LengthBytes)];

    /// <summary>Waits for the calls inside, then closes both devices. Harmless to repeat.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Gate.CloseAsync().ConfigureAwait(false);
        await _origin.DisposeAsync().ConfigureAwait(false);
        await _cow.DisposeAsync().ConfigureAwait(false);
    }

    internal static async Task<SnapshotView> OpenAsync(
        string name, SnapshotTable table, IBlockDeviceOpener opener, bool isDirect, CancellationToken cancellationToken)
    {
        if (table.Cow is not { } cowUri || table.StoreKind == SnapshotStoreKind.Transient)
        {
            throw new SnapshotStoreException(table.Store is null
                ? $"The table '{table}' is that of an origin, which is read as the device that it is."
                : $"The table '{table}' is that of a transient snapshot, of which nothing is on its COW device.");
        }

        var options = new BlockDeviceOpenOptions { Direct = isDirect };
        var origin = await opener.OpenAsync(table.Origin, options, cancellationToken).ConfigureAwait(false);
        IBlockDevice? cow = null;
        try
        {
            cow = await opener.OpenAsync(cowUri, options, cancellationToken).ConfigureAwait(false);
            var loaded = await LoadAsync(table, origin, cow, cancellationToken).ConfigureAwait(false);
            return origin is IInlineBlockDevice && cow is IInlineBlockDevice
                ? new InlineSnapshotView(name, origin, cow, loaded)
                : new SnapshotView(name, origin, cow, loaded);
        }
        catch
        {
            await origin.DisposeAsync().ConfigureAwait(false);
            if (cow is not null)
            {
                await cow.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>How far into a piece a device failed that says where.</summary>
    private protected static long Within(DeviceException failure, long pieceAt) =>
        failure.Offset is { } at && at > pieceAt ? at - pieceAt : 0;

    private static async Task<LoadedStore> LoadAsync(
        SnapshotTable table, IBlockDevice origin, IBlockDevice cow, CancellationToken cancellationToken)
    {
        SnapshotGeometryRules.CheckOrigin(table, origin, isWritten: false);
        SnapshotGeometryRules.CheckCow(table, cow, isWritten: false);
        SnapshotGeometryRules.CheckOverlaps(origin, table.Length, [cow]);
        var opening = new StoreOpening(
            table, table.Length, origin.Geometry.LogicalBlockSize, StoreTrust.Strict, IsWritable: false);
        var loaded = await CowStoreAccess.LoadAsync(cow, opening, cancellationToken).ConfigureAwait(false);
        return loaded.IsValid
            ? loaded
            : throw new SnapshotStoreException(
                $"The store on the COW device {table.Cow} is invalid: it was full or failed when its origin changed, "
                + "and its snapshot is lost.");
    }

    /// <summary>The device that has a position, the position there, and how much from there on it has.</summary>
    private protected (IBlockDevice Device, long At, long Length) PieceAt(long offset, long length)
    {
        var chunkBytes = (long)Layout.ChunkBytes;
        var first = offset / chunkBytes;
        var limit = ((offset + length - 1) / chunkBytes) + 1;
        var run = _loaded.Exceptions.FindRun(first, limit);
        var within = offset - (first * chunkBytes);
        var available = Math.Min((run.Count * chunkBytes) - within, length);
        return run.IsMapped
            ? (_cow, (run.NewFirst * chunkBytes) + within, available)
            : (_origin, offset, available);
    }

    /// <summary>A device's failure as the view's.</summary>
    private protected DeviceException Translate(DeviceException failure, DeviceOperation operation, long? offset) =>
        new(Name, operation, failure.Kind, failure.Message, failure)
        {
            Offset = offset,
            Errno = failure.Errno,
            IsTransient = failure.IsTransient,
        };

    private ValueTask RefuseAsync(DeviceOperation operation, long offset, long length)
    {
        BlockRequest.CheckWrite(Name, operation, _geometry, offset, length);
        return ValueTask.CompletedTask;
    }
}
