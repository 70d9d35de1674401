using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <content>Power cuts, suspension, faults of stores, and the end.</content>
internal sealed partial class OriginWorld
{
    /// <summary>Without faults from here on: everything ends, and is still there after a last cut.</summary>
    public void Calm()
    {
        _hasFaults = false;
        Finish();
        Submit(new SimulatedChunkRequest(ChunkRequestKind.Flush, null, default, ++_number));
        foreach (var snapshot in _snapshots.Where(static one => one is { View: not null, IsLeaving: false }).ToArray())
        {
            Submit(new SimulatedChunkRequest(ChunkRequestKind.Flush, snapshot.State, default, ++_number));
        }

        Finish();
        CutPower();
        Finish();
    }

    private void Finish()
    {
        for (var round = 0; round < 10_000; round++)
        {
            ResumeAll();
            if (IsQuiet())
            {
                Assert.True(_open.Count == 0, $"{_machine.Phase}, waiting: {string.Join("; ", _open)}");
                Assert.All(_snapshots, static snapshot => Assert.True(snapshot.State.IsQuiet, $"{snapshot}"));
                Assert.All(_snapshots, static snapshot => Assert.False(snapshot.IsActivating, $"{snapshot}"));
                Assert.DoesNotContain(_snapshots, static snapshot => snapshot.IsLeaving);
                Assert.True(Merging is null
                    or { State.Status.IsMerged: true } or { State.HasMergeFailed: true } or { State.IsValid: false });
                return;
            }

            GoOnReading();
            EndRequest();
            EndFill();
            GoOnCommitting();
            EndMark();
            EndBarrier();
            GoOnMerging();
        }

        Assert.Fail("no end");
    }

    private bool IsQuiet() =>
        _inFlight.Count == 0 && _fills.Count == 0 && _reads.Count == 0 && _mergeCopy is null && _areaRead is null
        && !_isFlushingBarrier
        && _snapshots.TrueForAll(static snapshot => snapshot is { Commit: null, IsBeingMarked: false });

    private void ResumeAll()
    {
        if (_machine.Phase == DevicePhase.Suspended)
        {
            Do(static machine => machine.Resume(null));
        }

        foreach (var snapshot in _snapshots.FindAll(IsResumable))
        {
            Do(machine => machine.Resume(snapshot.State));
        }
    }

    private static bool IsResumable(SimulatedSnapshot snapshot) => snapshot is
    {
        IsActive: true, IsActivating: false, WantsRemoval: false, WantsMerge: false, IsLeaving: false,
        State.Phase: DevicePhase.Suspended,
    };

    private void SuspendOrResume()
    {
        var snapshot = _random.Next(2) == 0 ? null : AnySnapshot();
        var phase = snapshot is null ? _machine.Phase : snapshot.State.Phase;
        if (phase == DevicePhase.Suspended && (snapshot is null || IsResumable(snapshot)))
        {
            Do(machine => machine.Resume(snapshot?.State));
        }
        else if (phase == DevicePhase.Running)
        {
            Do(machine => machine.Suspend(snapshot?.State));
        }
    }

    private void EndMark()
    {
        if (_snapshots.Find(static one => one.IsBeingMarked) is { } snapshot)
        {
            snapshot.IsBeingMarked = false;
            var fails = Fails();
            snapshot.HasMarkFailed |= fails;
            WriteHead(snapshot.Layout, false, fails ? snapshot.Disk.WriteSome : snapshot.Disk.WriteDurably);
            Do(machine => machine.Marked(snapshot.State));
        }
    }

    private void EndBarrier()
    {
        if (_isFlushingBarrier)
        {
            _isFlushingBarrier = false;
            var isDone = Flush(_origin, (_origin.Tick, _origin.Epoch));
            Do(machine => machine.BarrierFlushed(isDone));
        }
    }

    private void Grow()
    {
        if (AnySnapshot() is { } snapshot)
        {
            snapshot.Disk.Grow(_random.Next(1, 3 * snapshot.Layout.ChunkSectors), Garbage);
            Do(machine => machine.Resize(snapshot.State, snapshot.Disk.Sectors));
        }
    }

    public void CutPower()
    {
        Counts.Cuts++;
        for (var i = _random.Next(8); i > 0; i--)
        {
            ApplySome();
        }

        foreach (var snapshot in _snapshots)
        {
            snapshot.Commit?.Cut();
            if (snapshot.IsBeingMarked)
            {
                WriteHead(snapshot.Layout, false, snapshot.Disk.WriteSome);
            }
        }

        _origin.CutPower();
        _snapshots.ForEach(static snapshot => snapshot.Disk.CutPower());
        _open.Clear();
        _inFlight.Clear();
        _fills.Clear();
        _reads.Clear();
        (_mergeCopy, _areaRead, _isFlushingBarrier) = (null, null, false);
        _snapshots.RemoveAll(static one => one.IsLeaving || one.HasMarkFailed || !one.IsPersistent);
        _snapshots.ForEach(Reload);
        foreach (var (sector, disk, at) in OriginPlaces(0, _length))
        {
            _view.SeesCut(sector, disk.Read(at), "the origin");
        }

        Restart();
    }

    private void Reload(SimulatedSnapshot snapshot)
    {
        Load(snapshot);
        (snapshot.Commit, snapshot.IsBeingMarked) = (null, false);
        (snapshot.WantsRemoval, snapshot.WantsMerge, snapshot.IsActivating) = (false, false, false);
        if (!snapshot.State.IsValid)
        {
            return;
        }

        if (snapshot is { View: { } view, IsMerge: false })
        {
            foreach (var (sector, disk, at) in Places(snapshot, snapshot.Look()))
            {
                view.SeesCut(sector, disk.Read(at), snapshot);
            }
        }
    }

    /// <summary>All snapshots begin before the origin does.</summary>
    private void Restart()
    {
        var hadFaults = _hasFaults;
        _hasFaults = false;
        _machine = new OriginMachine(_length);
        foreach (var snapshot in _snapshots)
        {
            snapshot.IsActive = false;
            _machine.Add(snapshot.State);
        }

        foreach (var snapshot in _snapshots.ToArray())
        {
            Activate(snapshot, snapshot.IsMerge);
            EndBarrier();
            Assert.True(snapshot.IsActive);
        }

        _hasFaults = hadFaults;
        Do(static machine => machine.Resume(null));
    }
}
