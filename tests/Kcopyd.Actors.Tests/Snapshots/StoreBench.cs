using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>An origin with one snapshot, by the machine that decides and without an actor: every effect is done at
/// once, on whatever devices a test has.</summary>
internal sealed class StoreBench : IDisposable
{
    private readonly IBlockDevice _origin;
    private readonly IBlockDevice _cow;
    private readonly OriginMachine _machine;
    private readonly SnapshotState _snapshot;

    private StoreBench(IBlockDevice origin, IBlockDevice cow, LoadedStore loaded)
    {
        (_origin, _cow) = (origin, cow);
        Access = new CowStoreAccess(cow, loaded.Store.Layout);
        _machine = new OriginMachine(origin.Geometry.LengthSectors);
        _machine.Resume(null);
        var policy = new SnapshotPolicy { OnFailure = SnapshotFailurePolicy.FailWrite };
        var terms = new SnapshotTerms(loaded.Table.Length, loaded.Table.Store!, policy);
        _snapshot = new SnapshotState(terms, loaded.Store, loaded.Exceptions, loaded.IsValid);
        _machine.Add(_snapshot);
    }

    public CowStoreAccess Access { get; }

    public SnapshotStatus Status => _snapshot.Status;

    /// <summary>Runs before a commit is written.</summary>
    public Action<StoreCommit>? Committing { get; set; }

    private CowLayout Layout => _snapshot.Layout;

    public static async Task<StoreBench> OpenAsync(
        IBlockDevice origin, IBlockDevice cow, SnapshotTable table, bool isMerge = false)
    {
        var opening = table.Opening(originBlock: origin.Geometry.LogicalBlockSize);
        var bench = new StoreBench(origin, cow, await StoreTables.LoadAsync(cow, opening));
        bench._machine.Activate(bench._snapshot, isMerge);
        await bench.RunAsync();
        bench._machine.Resume(bench._snapshot);
        await bench.RunAsync();
        return bench;
    }

    /// <summary>Overwrites chunks of the origin, all at once: one burst of exceptions.</summary>
    /// <returns>Whether each was written.</returns>
    public async Task<bool[]> OverwriteAsync(params long[] chunks)
    {
        List<Overwrite> writes = [.. chunks.Select(chunk => new Overwrite(Layout.RangeOf(chunk)))];
        writes.ForEach(_machine.Submit);
        await RunAsync();
        return [.. writes.Select(write => write.Refusal == ChunkRefusal.None)];
    }

    public void Dispose() => Access.Dispose();

    private async Task RunAsync()
    {
        for (var effects = _machine.Take(); effects.Count > 0; effects = _machine.Take())
        {
            foreach (var effect in effects)
            {
                await DoAsync(effect);
            }
        }
    }

    private async Task DoAsync(OriginEffect effect)
    {
        switch (effect)
        {
            case OriginEffect.FlushForBarrier:
                _machine.BarrierFlushed(succeeded: true);
                break;
            case OriginEffect.Fill { Copy: var copy }:
                await FillAsync(copy);
                break;
            case OriginEffect.Commit { Changes: var changes }:
                _machine.Committed(_snapshot, changes, await SucceedsAsync(() => CommitAsync(changes)));
                break;
            case OriginEffect.Issue { Request: var request }:
                await WriteAsync(request.Range);
                _machine.Ended(request, succeeded: true);
                break;
            case OriginEffect.Settle { Request: Overwrite write, Refusal: var refusal }:
                write.Refusal = refusal;
                break;
            case OriginEffect.ReadArea { Area: var area }:
                _machine.AreaRead(await Access.ReadAreaAsync(area));
                break;
            case OriginEffect.MergeCopy { Start: var start, Target: var target }:
                await CopyAsync(_cow, start, _origin, target.Start, target.Count);
                _machine.MergeCopied(loss: null);
                break;
            default:
                break;
        }
    }

    private async Task CommitAsync(StoreCommit changes)
    {
        Committing?.Invoke(changes);
        await Access.CommitAsync(changes);
    }

    private async Task FillAsync(ChunkFill copy)
    {
        var target = Assert.Single(copy.Targets);
        foreach (var exception in target.Exceptions)
        {
            exception.WriteEpoch = _cow.WriteEpoch;
        }

        await CopyAsync(_origin, copy.Source.Start, _cow, target.Start, copy.Source.Count);
        _machine.Filled(copy, sourceFailed: false, failedTargets: 0);
    }

    private Task WriteAsync(SectorRange range)
    {
        var bytes = new byte[range.CountBytes];
        bytes.AsSpan().Fill(0xFF);
        return _origin.WriteAsync(range.StartBytes, bytes, WriteDurability.Cached, default).AsTask();
    }

    private static async Task CopyAsync(IBlockDevice source, long from, IBlockDevice target, long to, long sectors)
    {
        var bytes = new byte[Sectors.ToBytes(sectors)];
        using var reading = new AlignedDeviceAccess(source, bytes.Length);
        await reading.ReadAsync(Sectors.ToBytes(from), bytes, default);
        using var writing = new AlignedDeviceAccess(target, bytes.Length);
        await writing.WriteAsync(Sectors.ToBytes(to), bytes);
    }

    private static async Task<bool> SucceedsAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (DeviceException)
        {
            return false;
        }
    }

    private sealed class Overwrite(SectorRange range) : ChunkRequest(ChunkRequestKind.Write, null, range)
    {
        public ChunkRefusal? Refusal { get; set; }
    }
}
