using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>Drives a machine by hand: what it wants is taken in order, and answered when a test says so.</summary>
internal sealed class MachineScript
{
    private const long LargeCow = 1 << 20;

    private readonly List<OriginEffect> _wanted = [];
    private long _number;

    /// <param name="length">The size of the origin; unit: sectors.</param>
    public MachineScript(long length)
    {
        Machine = new OriginMachine(length);
        Do(static machine => machine.Resume(null));
    }

    public OriginMachine Machine { get; }

    /// <summary>What the machine wants and did not get yet, in order.</summary>
    public IReadOnlyList<OriginEffect> Wanted => _wanted;

    public static SnapshotPolicy FailWrite { get; } = new() { OnFailure = SnapshotFailurePolicy.FailWrite };

    public void Do(Action<OriginMachine> call)
    {
        call(Machine);
        _wanted.AddRange(Machine.Take());
    }

    /// <summary>The next effect, which must be of this kind.</summary>
    public T Next<T>()
        where T : OriginEffect
    {
        Assert.NotEmpty(_wanted);
        var first = Assert.IsType<T>(_wanted[0], exactMatch: false);
        _wanted.RemoveAt(0);
        return first;
    }

    /// <summary>The first effect of a kind, of those that wait.</summary>
    public T Find<T>()
        where T : OriginEffect
    {
        var found = _wanted.OfType<T>().First();
        _wanted.Remove(found);
        return found;
    }

    public void Nothing() => Assert.Empty(_wanted);

    public SimulatedChunkRequest Submit(
        ChunkRequestKind kind, SnapshotState? snapshot, long start = 0, long count = 0)
    {
        var request = new SimulatedChunkRequest(kind, snapshot, SectorRange.Create(start, count), ++_number);
        Do(machine => machine.Submit(request));
        return request;
    }

    public SimulatedChunkRequest Write(long start, long count, SnapshotState? snapshot = null) =>
        Submit(ChunkRequestKind.Write, snapshot, start, count);

    /// <summary>A snapshot that runs.</summary>
    /// <param name="chunk">Unit: sectors.</param>
    /// <param name="kind">Of its store.</param>
    /// <param name="cowSectors">The size of its store.</param>
    /// <param name="policy">Of failures.</param>
    /// <param name="length">0: that of the origin.</param>
    public SnapshotState Add(
        int chunk,
        SnapshotStoreKind kind = SnapshotStoreKind.Persistent,
        long cowSectors = LargeCow,
        SnapshotPolicy? policy = null,
        long length = 0)
    {
        var terms = Terms(chunk, kind) with
        {
            Length = length > 0 ? length : Machine.Length,
            Policy = policy ?? new SnapshotPolicy(),
        };
        var snapshot = Load(terms, cowSectors);
        Activate(snapshot, isMerge: false);
        return snapshot;
    }

    public SnapshotTerms Terms(
        int chunk,
        SnapshotStoreKind kind = SnapshotStoreKind.Persistent,
        SnapshotFeatures features = SnapshotFeatures.DiscardZeroesCow) =>
        new(Machine.Length, new SnapshotStoreSpec("cow", kind, chunk, features), new SnapshotPolicy());

    /// <summary>A snapshot that is known, and not active.</summary>
    public SnapshotState Load(SnapshotTerms terms, long cowSectors = LargeCow, params CowEntry[] entries)
    {
        var (layout, table) = (new CowLayout(terms.Spec.ChunkSectors), new ExceptionTable());
        var areas = entries.Chunk(layout.EntriesPerArea).Select(some => AreaOf(layout, some)).ToList();
        ExceptionStore store = terms.Spec.Kind == SnapshotStoreKind.Transient
            ? new TransientStore(layout, cowSectors)
            : StoreOf(layout, cowSectors, table, areas);
        var snapshot = new SnapshotState(terms, store, table);
        Do(machine => machine.Add(snapshot));
        return snapshot;
    }

    /// <summary>All bytes of an area that holds entries.</summary>
    public static byte[] AreaOf(CowLayout layout, params ReadOnlySpan<CowEntry> entries)
    {
        var area = new byte[layout.ChunkBytes];
        for (var index = 0; index < entries.Length; index++)
        {
            entries[index].Write(area, index);
        }

        return area;
    }

    public void Activate(SnapshotState snapshot, bool isMerge)
    {
        Do(machine => machine.Activate(snapshot, isMerge));
        Next<OriginEffect.FlushForBarrier>();
        Do(static machine => machine.BarrierFlushed(true));
        Assert.Equal(new OriginEffect.Activated(snapshot, true), Next<OriginEffect.Activated>());
        Do(machine => machine.Resume(snapshot));
    }

    /// <summary>The next copy.</summary>
    public ChunkFill NextFill() => Next<OriginEffect.Fill>().Copy;

    public void Filled(ChunkFill fill, bool sourceFailed = false, long failedTargets = 0) =>
        Do(machine => machine.Filled(fill, sourceFailed, failedTargets));

    public StoreCommit NextCommit(SnapshotState snapshot)
    {
        var commit = Next<OriginEffect.Commit>();
        Assert.Same(snapshot, commit.Snapshot);
        return commit.Changes;
    }

    public void Committed(SnapshotState snapshot, StoreCommit commit, bool isDurable = true) =>
        Do(machine => machine.Committed(snapshot, commit, isDurable));

    public void Issued(SimulatedChunkRequest request) => Assert.Same(request, Next<OriginEffect.Issue>().Request);

    public void Ended(SimulatedChunkRequest request, bool succeeded = true) =>
        Do(machine => machine.Ended(request, succeeded));

    public void Settled(SimulatedChunkRequest request, ChunkRefusal refusal = ChunkRefusal.None) =>
        Assert.Equal(new OriginEffect.Settle(request, refusal), Next<OriginEffect.Settle>());

    /// <summary>A request that waits for nothing, from its issue to its end.</summary>
    public void Through(SimulatedChunkRequest request)
    {
        Issued(request);
        Ended(request);
        Settled(request);
    }

    /// <summary>Everything ends well until nothing is wanted any more. What is settled and told is left out.</summary>
    public void Calm()
    {
        while (_wanted.Count > 0)
        {
            Step();
        }
    }

    /// <summary>The next effect ends well.</summary>
    public void Step()
    {
        var effect = Next<OriginEffect>();
        Do(machine => Answer(machine, effect));
    }

    private static void Answer(OriginMachine machine, OriginEffect effect)
    {
        switch (effect)
        {
            case OriginEffect.Issue e: machine.Ended(e.Request, true); break;
            case OriginEffect.Fill e: machine.Filled(e.Copy, false, 0); break;
            case OriginEffect.Commit e: machine.Committed(e.Snapshot, e.Changes, true); break;
            case OriginEffect.MarkInvalid e: machine.Marked(e.Snapshot); break;
            case OriginEffect.FlushForBarrier: machine.BarrierFlushed(true); break;
            case OriginEffect.MergeCopy: machine.MergeCopied(null); break;
        }
    }

    private PersistentStore StoreOf(CowLayout layout, long cowSectors, ExceptionTable table, List<byte[]> areas)
    {
        var load = new CowLoad(layout, layout.ChunksFor(Machine.Length), cowSectors, table);
        var last = areas.Find(area => !load.Add(area));
        if (last is null)
        {
            last = new byte[layout.ChunkBytes];
            load.Add(last);
        }

        return new PersistentStore(layout, cowSectors, load, last);
    }
}
