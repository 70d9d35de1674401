using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Adds and removes snapshots, hands them over, merges them, and suspends everything, while writers go on.
/// </summary>
internal sealed class ModelConductor(
    ModelRun run, OriginDevice origin, IReadOnlyList<ModelWriter> writers, int seed)
{
    private const int MostSnapshots = 4;

    private static readonly string[] Kinds = ["P", "PO", "N"];

    private static readonly int[] ChunkSizes = [1, 4, 8, 32];

    private readonly Random _random = new(seed);
    private readonly Dictionary<ModelDevice, IBlockDevice> _cows = [];
    private int _number;
    private int _handovers;
    private int _suspensions;

    /// <summary>Snapshots that were merged.</summary>
    public int Merges { get; private set; }

    /// <summary>What it did.</summary>
    public string Summary =>
        $"{_number} snapshots, {Merges} of them merged, {_handovers} handovers, {_suspensions} suspensions";

    /// <summary>The COW devices of the snapshots that there are.</summary>
    public IReadOnlyDictionary<ModelDevice, IBlockDevice> Cows => _cows;

    /// <summary>Goes on until the load has ended; one merge at least, in the middle.</summary>
    public async Task RunAsync(Task load)
    {
        var half = run.Left / 2;
        while (!load.IsCompleted)
        {
            var step = Merges == 0 && run.Left < half ? 0 : _random.Next(12);
            await (step switch
            {
                0 => MergeAsync(),
                < 4 => AddAsync(),
                < 6 => RemoveAsync(),
                < 8 => HandOverAsync(),
                < 10 => SuspendAsync(),
                _ => PassAsync(),
            }).ConfigureAwait(false);
        }
    }

    public static SnapshotDevice SnapshotOf(ModelDevice model) => (SnapshotDevice)model.Device;

    private async Task AddAsync()
    {
        if (run.Snapshots.Count >= MostSnapshots)
        {
            return;
        }

        var chunk = ChunkSizes[_random.Next(ChunkSizes.Length)];
        var table = TableOf(run.SectorCount, Kinds[_random.Next(Kinds.Length)], chunk, _random.Next(2) == 0);
        var cow = CowFor(chunk);
        var before = new ModelDevice(0, run.SectorCount) { Device = origin };
        foreach (var writer in writers)
        {
            writer.History.Begin(() => Copy(writer.Index, before));
        }

        var options = new SnapshotOptions { MaxPending = 1 + _random.Next(8) };
        var snapshot = await origin.AddSnapshotAsync(table, cow, isOwned: false, options).ConfigureAwait(false);
        var changes = writers.Select(static writer => writer.History.Take()).ToList();
        var model = new ModelDevice(1 + (_number++ % byte.MaxValue), run.SectorCount) { Device = snapshot };
        var bytes = await run.ReadAllAsync(snapshot).ConfigureAwait(false);
        var read = Enumerable.Range(0, run.SectorCount).Select(sector => ModelVersion.Read(
            bytes.AsSpan(sector * Sectors.Size, Sectors.Size), sector)).ToArray();
        foreach (var writer in writers)
        {
            var cut = new ModelCut(run.SectorsOf(writer.Index), before, changes[writer.Index]);
            foreach (var (sector, version) in cut.Find(sector => read[sector]))
            {
                model.Set(sector, version);
            }
        }

        _cows.Add(model, cow);
        run.Snapshots = run.Snapshots.Add(model);
    }

    private async Task RemoveAsync()
    {
        if (PickSnapshot(static _ => true) is { } model)
        {
            await TakeAwayAsync(model).ConfigureAwait(false);
            await SnapshotOf(model).DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task HandOverAsync()
    {
        if (PickSnapshot(static _ => true) is not { } model)
        {
            return;
        }

        await model.CloseAsync().ConfigureAwait(false);
        var (old, kind) = (SnapshotOf(model), SnapshotOf(model).Table.StoreKind!.Value);
        var table = TableOf(
            run.SectorCount,
            kind == SnapshotStoreKind.Transient ? "N" : Kinds[_random.Next(2)],
            old.Table.ChunkSectors,
            _random.Next(2) == 0);
        var options = new SnapshotOptions { MaxPending = 1 + _random.Next(8) };
        var successor = await origin.LoadSuccessorAsync(old, table, options).ConfigureAwait(false);
        await old.SuspendAsync().ConfigureAwait(false);
        await successor.ResumeAsync().ConfigureAwait(false);
        model.Device = successor;
        model.Open();
        await old.DisposeAsync().ConfigureAwait(false);
        _handovers++;
    }

    /// <summary>Suspends the origin or a snapshot, and lets calls come.</summary>
    private async Task SuspendAsync()
    {
        _suspensions++;
        if (_random.Next(2) == 0)
        {
            await origin.SuspendAsync().ConfigureAwait(false);
            await PassAsync().ConfigureAwait(false);
            await origin.ResumeAsync().ConfigureAwait(false);
        }
        else if ((run.Alias ?? (PickSnapshot(static _ => true)?.Device as SnapshotDevice)) is { } snapshot)
        {
            await snapshot.SuspendAsync().ConfigureAwait(false);
            await PassAsync().ConfigureAwait(false);
            await snapshot.ResumeAsync().ConfigureAwait(false);
        }
    }

    /// <remarks>Nobody uses the origin in the moment when the merge begins, so that it is known what it
    /// holds.</remarks>
    private async Task MergeAsync()
    {
        if (PickSnapshot(static model => SnapshotOf(model).Table.StoreKind != SnapshotStoreKind.Transient)
            is not { } model)
        {
            await AddAsync().ConfigureAwait(false);
            return;
        }

        var cow = _cows[model];
        await TakeAwayAsync(model).ConfigureAwait(false);
        await run.Origin.CloseAsync().ConfigureAwait(false);
        var merging = await BeginMergeAsync(SnapshotOf(model), cow).ConfigureAwait(false);
        foreach (var writer in writers)
        {
            writer.History.Begin(static () => { });
        }

        run.Origin.Set(model);
        (run.Origin.DiscardsAreZeros, run.Alias) = (false, merging);
        run.Origin.Open();
        await SuspendAsync().ConfigureAwait(false);
        await HandOverAsync().ConfigureAwait(false);
        await SuspendAsync().ConfigureAwait(false);
        await RemoveAsync().ConfigureAwait(false);
        await merging.WaitUntilMergedAsync().ConfigureAwait(false);

        await run.Origin.CloseAsync().ConfigureAwait(false);
        (run.Origin.DiscardsAreZeros, run.Alias) = (null, null);
        run.Origin.Open();
        await merging.DisposeAsync().ConfigureAwait(false);
        await run.Origin.CloseAsync().ConfigureAwait(false);
        run.Origin.DiscardsAreZeros = true;
        run.Origin.Open();
        Merges++;
    }

    private async Task<SnapshotDevice> BeginMergeAsync(SnapshotDevice snapshot, IBlockDevice cow)
    {
        var store = snapshot.Table.Store!;
        var table = SnapshotTable.OfMerge(0, run.SectorCount, snapshot.Table.Origin, store);
        if (_random.Next(2) == 0)
        {
            await snapshot.DisposeAsync().ConfigureAwait(false);
            return await origin.AddSnapshotAsync(table, cow).ConfigureAwait(false);
        }

        await snapshot.SuspendAsync().ConfigureAwait(false);
        var merging = await origin.LoadSuccessorAsync(snapshot, table).ConfigureAwait(false);
        await merging.ResumeAsync().ConfigureAwait(false);
        await snapshot.DisposeAsync().ConfigureAwait(false);
        return merging;
    }

    /// <summary>Nobody uses it any more, and it is what it has to be.</summary>
    private async Task TakeAwayAsync(ModelDevice model)
    {
        run.Snapshots = run.Snapshots.Remove(model);
        await model.CloseAsync().ConfigureAwait(false);
        await run.CheckAllAsync(model).ConfigureAwait(false);
        _cows.Remove(model);
    }

    private ModelDevice? PickSnapshot(Func<ModelDevice, bool> isWanted)
    {
        var wanted = run.Snapshots.Where(isWanted).ToList();
        return wanted.Count == 0 ? null : wanted[_random.Next(wanted.Count)];
    }

    /// <summary>Lets the writers work for a while: as long as some questions take.</summary>
    private async Task PassAsync()
    {
        for (var i = _random.Next(50); i > 0 && PickSnapshot(static _ => true) is { } model; i--)
        {
            var status = await SnapshotOf(model).GetStatusAsync().ConfigureAwait(false);
            Assert.False(status.IsInvalid || status.IsOverflowed, $"{model.Number}: {status}");
        }
    }

    private void Copy(int writer, ModelDevice before)
    {
        foreach (var sector in run.SectorsOf(writer))
        {
            before.Set(sector, run.Origin.Answered(sector));
        }
    }

    private static SnapshotTable TableOf(int sectors, string kind, int chunk, bool discards) => SnapshotTable.Parse(
        $"0 {sectors} snapshot origin cow {kind} {chunk}" + (discards ? " 1 discard_zeroes_cow" : ""));

    /// <summary>With room for all chunks and the areas.</summary>
    private LatentDevice CowFor(int chunk)
    {
        var chunks = run.SectorCount / chunk;
        var areas = (chunks / (chunk * 32)) + 2;
        var device = new MemoryBlockDevice(new ByteCount((chunks + areas + 3L) * chunk * Sectors.Size));
        return new LatentDevice(new SerialDevice(device), _number);
    }
}
