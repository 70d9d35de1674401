using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <content>Snapshots that come and go.</content>
internal sealed partial class OriginWorld
{
    private void Add()
    {
        if (_snapshots.Count >= MaxSnapshots)
        {
            return;
        }

        var snapshot = NewSnapshot();
        if (snapshot.IsPersistent)
        {
            Format(snapshot);
        }

        Load(snapshot);
        _snapshots.Add(snapshot);
        Do(machine => machine.Add(snapshot.State));
        Activate(snapshot, isMerge: false);
    }

    private SimulatedSnapshot NewSnapshot()
    {
        var layout = new CowLayout(_random.Next(5) switch { 0 => 2, 1 => 8, 2 => 16, _ => 1 });
        var kind = (SnapshotStoreKind)_random.Next(3);
        var policy = new SnapshotPolicy
        {
            OnFailure = (SnapshotFailurePolicy)_random.Next(2),
            MaxPending = _random.Next(3) == 0 ? 2048 : _random.Next(1, 9),
        };
        var length = _random.Next(4) == 0 ? _random.Next(1, _length + 1) : _length;
        var chunks = (int)layout.ChunksFor(length);
        var room = 3 + chunks + (chunks / layout.EntriesPerArea);
        var sectors = (layout.ChunkSectors * (_random.Next(2) == 0 ? _random.Next(2, room + 1) : room + 20))
            + _random.Next(layout.ChunkSectors);
        var spec = new SnapshotStoreSpec("cow", kind, layout.ChunkSectors, SnapshotFeatures.DiscardZeroesCow);
        return new SimulatedSnapshot(length, layout, spec, policy, new SimulatedDisk(sectors, _random, Garbage));
    }

    /// <summary>What a disk holds that was used for something else.</summary>
    private static long Garbage(int sector) => 1 + (sector % (SimulatedChunkRequest.ValuesPerNumber - 1));

    private void Format(SimulatedSnapshot snapshot)
    {
        WriteHead(snapshot.Layout, isValid: true, snapshot.Disk.WriteDurably);
        var layout = snapshot.Layout;
        var chunks = Enumerable.Range(0, (int)layout.ChunksFor(snapshot.Length)).ToArray();
        var first = _random.Next(chunks.Length);
        var exceptions = new Queue<int>(
            _random.Next(2) == 0
                ? chunks.Skip(first).Concat(chunks.Take(first)).Take(_random.Next(chunks.Length))
                : []);
        var next = CowLayout.FirstData;
        var last = 0;
        for (; layout.WholeChunks(snapshot.Disk.Sectors) > layout.AreaChunk(last + 1); last++)
        {
            next = WriteArea(snapshot, last, exceptions, next);
        }

        WriteArea(snapshot, last, [], next);
    }

    /// <summary>Exceptions that were there before, and what they lead to.</summary>
    private long WriteArea(SimulatedSnapshot snapshot, int area, Queue<int> exceptions, long next)
    {
        var bytes = new byte[snapshot.Layout.ChunkBytes];
        var number = ++_number;
        for (var index = 0; index < snapshot.Layout.EntriesPerArea && exceptions.TryDequeue(out var chunk); index++)
        {
            new CowEntry(chunk, next).Write(bytes, index);
            foreach (var (sector, cow) in snapshot.SectorsOf(new ExceptionRun(chunk, next, 1)))
            {
                snapshot.Disk.WriteDurably(cow, (number * SimulatedChunkRequest.ValuesPerNumber) + sector);
            }

            next = snapshot.Layout.NextData(next);
        }

        var start = (int)snapshot.Layout.RangeOf(snapshot.Layout.AreaChunk(area)).Start;
        for (var sector = 0; sector < snapshot.Layout.ChunkSectors; sector++)
        {
            snapshot.Disk.WriteDurably(
                start + sector, _bytes.Keep(bytes.AsSpan(sector * Sectors.Size, Sectors.Size)));
        }

        return next;
    }

    private void WriteHead(CowLayout layout, bool isValid, Action<int, long> write)
    {
        var bytes = new byte[Sectors.Size];
        (CowHeader.For(layout) with { IsValid = isValid }).Write(bytes);
        write(0, _bytes.Keep(bytes));
    }

    private bool IsMarked(SimulatedSnapshot snapshot)
    {
        var bytes = new byte[Sectors.Size];
        _bytes.Fill(snapshot.Disk.Durable(0), bytes);
        return CowHeader.Read(bytes) is CowFinding.Invalid;
    }

    /// <summary>From what is on its disk.</summary>
    private void Load(SimulatedSnapshot snapshot)
    {
        var (layout, table) = (snapshot.Layout, new ExceptionTable());
        if (!snapshot.IsPersistent)
        {
            var transient = new TransientStore(layout, snapshot.Disk.Sectors);
            snapshot.State = new SnapshotState(snapshot.Terms, transient, table);
            return;
        }

        var isValid = !IsMarked(snapshot);
        var load = new CowLoad(layout, layout.ChunksFor(snapshot.Length), snapshot.Disk.Sectors, table);
        var area = new byte[layout.ChunkBytes];
        var isMore = isValid;
        while (isMore)
        {
            area = AreaOf(snapshot, load.CurrentArea);
            isMore = load.Add(area);
        }

        var store = new PersistentStore(layout, snapshot.Disk.Sectors, load, area);
        snapshot.State = new SnapshotState(snapshot.Terms, store, table, isValid);
        snapshot.Kept.Clear();
        snapshot.Kept.UnionWith(table.Runs().SelectMany(
            static run => Enumerable.Range(0, (int)run.Count).Select(index => run.OldFirst + index)));
        Counts.Reloads += table.Count > 0 ? 1 : 0;
    }

    private byte[] AreaOf(SimulatedSnapshot snapshot, long area)
    {
        var bytes = new byte[snapshot.Layout.ChunkBytes];
        var start = (int)snapshot.Layout.RangeOf(snapshot.Layout.AreaChunk(area)).Start;
        for (var sector = 0; sector < snapshot.Layout.ChunkSectors; sector++)
        {
            _bytes.Fill(
                snapshot.Disk.Read(start + sector), bytes.AsSpan(sector * Sectors.Size, Sectors.Size));
        }

        return bytes;
    }

    private void Activate(SimulatedSnapshot snapshot, bool isMerge)
    {
        snapshot.IsActivating = true;
        snapshot.WantsMerge = isMerge;
        Do(machine => machine.Activate(snapshot.State, isMerge));
    }

    private void Activated(SimulatedSnapshot snapshot, bool succeeded)
    {
        Assert.True(snapshot.IsActivating);
        snapshot.IsActivating = false;
        Assert.False(succeeded && snapshot.IsLeaving);
        if (snapshot.IsLeaving)
        {
            return;
        }

        if (!succeeded)
        {
            var isMerge = snapshot.WantsMerge;
            snapshot.IsActivating = true;
            _next.Enqueue(machine => machine.Activate(snapshot.State, isMerge));
            return;
        }

        if (snapshot.WantsMerge)
        {
            BeginMerge(snapshot);
        }

        (snapshot.IsActive, snapshot.WantsMerge) = (true, false);
        snapshot.View ??= ViewNow(snapshot);
        _next.Enqueue(machine => machine.Resume(snapshot.State));
    }

    private ViewOracle ViewNow(SimulatedSnapshot snapshot)
    {
        var shown = Places(snapshot, snapshot.Look()).Select(static place => place.Disk.Durable(place.At)).ToArray();
        return new ViewOracle(snapshot.Length, sector => shown[sector]);
    }

    /// <summary>From now on the origin is what the snapshot is.</summary>
    private void BeginMerge(SimulatedSnapshot snapshot)
    {
        foreach (var request in _open.Where(request => request.Snapshot == snapshot.State).ToArray())
        {
            Assert.True(_machine.TryWithdraw(request));
            TakeBack(request);
        }

        if (!snapshot.IsMerge && snapshot.State.IsValid)
        {
            ChangeView(new ViewOracle(snapshot.View!, _view));
        }

        snapshot.IsMerge = true;
    }

    /// <summary>The origin is something else from now on. No change of it is in flight.</summary>
    private void ChangeView(ViewOracle view)
    {
        Assert.DoesNotContain(_inFlight, request => ViewOf(request.Snapshot) == _view);
        _reads.RemoveAll(static read => read.Snapshot is null);
        var (old, waiting) = (_view, _open.FindAll(one => one.Changes && ViewOf(one.Snapshot) == _view));
        waiting.ForEach(request => old.End(request, static sector => sector.Undone()));
        _view = view;
        waiting.ForEach(view.Begin);
    }

    private void StartMerge()
    {
        if (_snapshots.Exists(static one => one.IsMerge || one.WantsMerge) || _snapshots.Count == 0)
        {
            Remove(Merging is { State.Status: { IsMerged: false, MergeFailed: false } } ? null : Merging);
            return;
        }

        var snapshot = _random.Next(2) == 0
            ? _snapshots.MaxBy(static one => one.State.Map.Count)
            : _snapshots[_random.Next(_snapshots.Count)];
        if (snapshot is { IsPersistent: true, IsActive: true, WantsRemoval: false, IsLeaving: false })
        {
            snapshot.WantsMerge = true;
            SuspendForMore(snapshot);
        }
    }

    private void Remove(SimulatedSnapshot? snapshot)
    {
        if (snapshot is { WantsRemoval: false, WantsMerge: false, IsLeaving: false })
        {
            snapshot.WantsRemoval = true;
            SuspendForMore(snapshot);
        }
    }

    private void SuspendForMore(SimulatedSnapshot snapshot)
    {
        if (snapshot.State.Phase == DevicePhase.Suspended)
        {
            Do(_ => Suspended(snapshot));
        }
        else if (snapshot.State.Phase == DevicePhase.Running)
        {
            Do(machine => machine.Suspend(snapshot.State));
        }
    }

    private void Suspended(SimulatedSnapshot? snapshot)
    {
        var isOfOrigin = snapshot is null or { IsMerge: true, State.IsValid: true };
        Assert.DoesNotContain(_inFlight, request =>
            request.Snapshot == snapshot?.State || (isOfOrigin && ViewOf(request.Snapshot) == _view));
        Assert.DoesNotContain(_reads, read => snapshot is not null && read.Snapshot == snapshot);
        Assert.True(!isOfOrigin || (_areaRead is null && _mergeCopy is null));
        if (snapshot is { WantsRemoval: true, IsLeaving: false })
        {
            snapshot.IsLeaving = true;
            if (snapshot is { IsMerge: true, State.IsValid: true } && snapshot.State.Map.Count > 0)
            {
                ChangeView(PhysicalView());
            }

            _next.Enqueue(machine => machine.Remove(snapshot.State));
        }
        else if (snapshot is { WantsMerge: true, IsActivating: false })
        {
            snapshot.IsActivating = true;
            snapshot.IsHandedOver = true;
            _next.Enqueue(machine => machine.HandOver(snapshot.State, snapshot.Spec, snapshot.Policy));
            _next.Enqueue(machine =>
            {
                snapshot.IsHandedOver = false;
                machine.Activate(snapshot.State, isMerge: true);
            });
        }
    }

    private ViewOracle PhysicalView()
    {
        var view = new ViewOracle(_length, _origin.Durable);
        for (var sector = 0; sector < _length; sector++)
        {
            foreach (var value in _origin.Cached(sector))
            {
                view[sector].Begin(++_number, value);
                view[sector].Done();
            }
        }

        return view;
    }

    private void Removed(SimulatedSnapshot snapshot)
    {
        Assert.True(snapshot.IsLeaving);
        Assert.True(snapshot is { Commit: null, IsBeingMarked: false, IsActivating: false });
        Assert.DoesNotContain(_fills, fill => fill.Targets.Any(target => target.Disk == snapshot.Disk));
        Assert.DoesNotContain(_inFlight, request => request.Pieces.Any(piece => piece.Cow == snapshot.State));
        Assert.DoesNotContain(_reads, read => read.Snapshot == snapshot);
        Assert.DoesNotContain(_open, request => request.Snapshot == snapshot.State);
        _snapshots.Remove(snapshot);
    }
}
