using Kcopyd.Actors.Hosting;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>One look at a COW device: what it holds, and all exceptions of the store that it holds.</summary>
internal sealed class CowStoreLoading
{
    private readonly IBlockDevice _cow;
    private readonly StoreOpening _opening;
    private readonly CancellationToken _cancellationToken;
    private readonly string _name;
    private readonly long _cowSectors;

    public CowStoreLoading(IBlockDevice cow, StoreOpening opening, CancellationToken cancellationToken)
    {
        (_cow, _opening, _cancellationToken) = (cow, opening, cancellationToken);
        _name = CowStoreRules.NameOf(cow, opening.Table);
        _cowSectors = CowStoreRules.SectorsOf(cow);
    }

    /// <summary>Hears of every area that holds exceptions, in their order.</summary>
    public Action<CowArea>? AreaFound { get; init; }

    /// <summary>The store, which is made where there is none if it is opened for that.</summary>
    /// <exception cref="SnapshotStoreException">There is none and none can be made, or it is damaged.</exception>
    /// <exception cref="SnapshotTableException">A new store cannot have the chunks of the table.</exception>
    /// <exception cref="DeviceException">The device failed.</exception>
    public async Task<LoadedStore> RunAsync()
    {
        if (_opening.Table.StoreKind == SnapshotStoreKind.Transient)
        {
            return MakeTransient();
        }

        CowStoreRules.RefuseTiny(_name, _cow);
        var finding = CowHeader.Read(await ReadAsync(CowStoreRules.BlockBytes(_cow)).ConfigureAwait(false));
        CowStoreRules.RefuseFinding(_name, finding);
        try
        {
            var loaded = finding switch
            {
                CowFinding.Good good => await LoadAsync(LayoutOf(good.Header)).ConfigureAwait(false),
                CowFinding.Invalid invalid => Empty(LayoutOf(invalid.Header), isNew: false),
                _ => await MakeAsync().ConfigureAwait(false),
            };
            if (_opening.IsWritable && !loaded.IsNew)
            {
                // Who used it before may have been killed within a commit, which is in a cache then, and would be
                // relied on from here on although a power cut can still take it.
                await _cow.FlushAsync(_cow.WriteEpoch, _cancellationToken).ConfigureAwait(false);
            }

            return loaded;
        }
        catch (CowStoreException e)
        {
            throw CowStoreRules.Damaged(_name, e);
        }
    }

    /// <summary>The first byte that is not zero where a new store would be, or where something else would show itself.
    /// Null: all are.</summary>
    public async Task<long?> FindDataAsync(CowLayout layout)
    {
        var looked = Math.Max(CowStoreFormat.LookedAtBytes, CowLayout.FirstData * layout.ChunkBytes);
        return await FindDataAsync(Math.Min(looked, _cow.Geometry.LengthBytes)).ConfigureAwait(false);
    }

    /// <summary>How a new store on the device is laid out.</summary>
    public CowLayout NewLayout()
    {
        var cowBlock = _cow.Geometry.LogicalBlockSize;
        var chunk = _opening.Table.ChunkSectors > 0
            ? _opening.Table.ChunkSectors
            : SnapshotTable.NewChunkSectors(_opening.OriginBlockBytes, cowBlock);
        SnapshotTable.CheckBlocks(chunk, _opening.OriginBlockBytes, cowBlock);
        var layout = new CowLayout(chunk);
        CowStoreRules.RefuseSize(_name, _opening.Table.StoreKind!.Value, layout, _cowSectors);
        return layout;
    }

    /// <summary>A valid store without exceptions, or an invalid one.</summary>
    public LoadedStore Empty(CowLayout layout, bool isNew)
    {
        var (load, table) = Begin(layout);
        var store = new PersistentStore(layout, _cowSectors, load, new byte[layout.ChunkBytes]);
        return new LoadedStore(With(layout), isNew, IsValid: isNew, store, table);
    }

    private LoadedStore MakeTransient()
    {
        var layout = NewLayout();
        return new LoadedStore(
            With(layout),
            IsNew: true,
            IsValid: true,
            new TransientStore(layout, _cowSectors),
            new ExceptionTable());
    }

    private async Task<LoadedStore> MakeAsync()
    {
        if (!_opening.IsWritable)
        {
            throw CowStoreRules.Absent(_name);
        }

        var layout = NewLayout();
        if (_opening.Trust == StoreTrust.Strict && await FindDataAsync(layout).ConfigureAwait(false) is { } at)
        {
            throw CowStoreRules.NotEmpty(_name, at);
        }

        _cancellationToken.ThrowIfCancellationRequested();
        await CowStoreFormat.WriteAsync(_cow, layout).ConfigureAwait(false);
        return Empty(layout, isNew: true);
    }

    private async Task<LoadedStore> LoadAsync(CowLayout layout)
    {
        var (load, table) = Begin(layout);
        var last = await ReadAreasAsync(layout, load).ConfigureAwait(false);
        var store = new PersistentStore(layout, _cowSectors, load, last);
        return new LoadedStore(With(layout), IsNew: false, IsValid: true, store, table);
    }

    /// <summary>Reads all areas, and returns the last.</summary>
    private async Task<byte[]> ReadAreasAsync(CowLayout layout, CowLoad load)
    {
        var areas = new CowAreaReader(_cow, layout, _cancellationToken);
        await using (areas.ConfigureAwait(false))
        {
            for (var area = 0L; ; area++)
            {
                var bytes = await areas.NextAsync().ConfigureAwait(false);
                var isFull = load.Add(bytes.Span);
                if (AreaFound is not null && (isFull || load.Committed > 0))
                {
                    AreaFound(CowArea.Of(area, bytes.Span, layout, isFull ? layout.EntriesPerArea : load.Committed));
                }

                if (!isFull)
                {
                    return bytes.ToArray();
                }
            }
        }
    }

    private (CowLoad Load, ExceptionTable Table) Begin(CowLayout layout)
    {
        var table = new ExceptionTable();
        return (new CowLoad(layout, layout.ChunksFor(_opening.OriginSectors), _cowSectors, table), table);
    }

    private CowLayout LayoutOf(CowHeader header)
    {
        try
        {
            SnapshotTable.CheckBlocks(
                (int)header.ChunkSectors, _opening.OriginBlockBytes, _cow.Geometry.LogicalBlockSize);
            return new CowLayout(header.ChunkSectors);
        }
        catch (SnapshotTableException e)
        {
            throw CowStoreRules.OtherBlocks(_name, e);
        }
    }

    private SnapshotTable With(CowLayout layout) => _opening.Table.WithChunkSectors(layout.ChunkSectors);

    private async Task<byte[]> ReadAsync(int length)
    {
        var bytes = new byte[length];
        using var access = new AlignedDeviceAccess(_cow, length);
        await access.ReadAsync(0, bytes, _cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private async Task<long?> FindDataAsync(long length)
    {
        var block = CowStoreRules.BlockBytes(_cow);
        var piece = new byte[(int)CowStoreFormat.LookedAtBytes];
        using var access = new AlignedDeviceAccess(_cow, piece.Length);
        for (var at = 0L; at < length; at += piece.Length)
        {
            var rest = Math.Min(piece.Length, (length - at) / block * block);
            var read = piece.AsMemory(0, (int)rest);
            await access.ReadAsync(at, read, _cancellationToken).ConfigureAwait(false);
            if (read.Span.IndexOfAnyExcept((byte)0) is >= 0 and var found)
            {
                return at + found;
            }
        }

        return null;
    }
}
