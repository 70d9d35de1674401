using System.Collections.Immutable;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What writers, and who adds and removes snapshots, share: the devices with their models, and how much is
/// still to be done.</summary>
/// <remarks>In the first half of the origin each writer has blocks of four sectors, so that chunks are shared by many;
/// in the second half blocks of 64, so that requests have many chunks.</remarks>
internal sealed class ModelRun(int writers, int sectors, long operations)
{
    private const int SmallBlock = 4;

    private const int LargeBlock = 64;

    private long _left = operations;
    private volatile bool _hasFailed;
    private volatile IBlockDevice? _alias;

    public int SectorCount => sectors;

    public long Left => Interlocked.Read(ref _left);

    public required ModelDevice Origin { get; init; }

    /// <summary>The snapshots that writers use.</summary>
    public ImmutableList<ModelDevice> Snapshots
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = [];

    /// <summary>The snapshot that is merged, which is the origin under another name; null: none.</summary>
    public SnapshotDevice? Alias
    {
        get => (SnapshotDevice?)_alias;
        set => _alias = value;
    }

    /// <summary>Whether something is to be done still.</summary>
    public bool IsGoingOn => !_hasFailed && Left > 0;

    public void NoteStep() => Interlocked.Decrement(ref _left);

    public void Fail() => _hasFailed = true;

    /// <summary>A device to use: half of the time the origin.</summary>
    public ModelDevice Pick(Random random)
    {
        var snapshots = Snapshots;
        return snapshots.Count == 0 || random.Next(2) == 0 ? Origin : snapshots[random.Next(snapshots.Count)];
    }

    /// <summary>The device behind a model, under one of its names.</summary>
    public IBlockDevice DeviceOf(ModelDevice model, Random random) =>
        model == Origin && random.Next(2) == 0 && _alias is { } alias ? alias : model.Device;

    /// <summary>The sectors of a writer.</summary>
    public IEnumerable<int> SectorsOf(int writer)
    {
        for (var sector = 0; sector < sectors; sector++)
        {
            if (WriterOf(sector) == writer)
            {
                yield return sector;
            }
        }
    }

    /// <summary>A part of a block of a writer, or all of it.</summary>
    public (int First, int Count) RangeOf(int writer, Random random)
    {
        var isSmall = random.Next(4) > 0;
        var (start, block) = isSmall ? (0, SmallBlock) : (sectors / 2, LargeBlock);
        var blocks = sectors / 2 / block / writers;
        var first = start + (((random.Next(blocks) * writers) + writer) * block);
        if (random.Next(3) == 0)
        {
            return (first, block);
        }

        var skipped = random.Next(block);
        return (first + skipped, 1 + random.Next(block - skipped));
    }

    private int WriterOf(int sector) => sector < sectors / 2
        ? sector / SmallBlock % writers
        : (sector - (sectors / 2)) / LargeBlock % writers;

    /// <summary>Reads all of a device that nobody uses, and refuses what is not exactly its model.</summary>
    public async Task CheckAllAsync(ModelDevice model)
    {
        var floor = model.Begin(0, sectors);
        model.Check(0, floor, await ReadAllAsync(model.Device).ConfigureAwait(false));
    }

    public async Task<byte[]> ReadAllAsync(IBlockDevice device)
    {
        var bytes = new byte[Sectors.ToBytes(sectors)];
        await device.ReadAsync(0, bytes, default).ConfigureAwait(false);
        return bytes;
    }
}
