using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>Snapshots that come, go, and change hands; suspension.</summary>
public sealed class OriginMachineStandingTests
{
    private readonly MachineScript _script = new(1024);

    [Fact]
    public void Snapshot_begins_between_writes_and_after_a_flush()
    {
        var snapshot = _script.Load(_script.Terms(8));
        var before = _script.Write(0, 1);
        _script.Issued(before);

        _script.Do(machine => machine.Activate(snapshot, isMerge: false));
        var after = _script.Write(0, 1);
        _script.Nothing();
        _script.Ended(before);
        _script.Settled(before);
        _script.Next<OriginEffect.FlushForBarrier>();
        _script.Nothing();
        _script.Do(static machine => machine.BarrierFlushed(true));

        Assert.Equal(new OriginEffect.Activated(snapshot, true), _script.Next<OriginEffect.Activated>());
        Assert.Equal(ChunkRequestPhase.Waiting, after.Phase);
        _script.Next<OriginEffect.Fill>();
        _script.Nothing();
    }

    [Fact]
    public void Snapshot_does_not_begin_when_the_flush_fails()
    {
        var snapshot = _script.Load(_script.Terms(8));
        _script.Do(machine => machine.Activate(snapshot, isMerge: false));
        var write = _script.Write(0, 1);
        _script.Next<OriginEffect.FlushForBarrier>();

        _script.Do(static machine => machine.BarrierFlushed(false));

        Assert.Equal(new OriginEffect.Activated(snapshot, false), _script.Next<OriginEffect.Activated>());
        _script.Through(write);
        Assert.False(snapshot.IsActive);
    }

    [Fact]
    public void Snapshots_that_begin_at_once_begin_one_after_another()
    {
        var (first, second) = (_script.Load(_script.Terms(8)), _script.Load(_script.Terms(8)));
        _script.Do(machine => machine.Activate(first, isMerge: false));
        _script.Do(machine => machine.Activate(second, isMerge: false));
        var write = _script.Write(0, 1);

        _script.Next<OriginEffect.FlushForBarrier>();
        _script.Do(static machine => machine.BarrierFlushed(true));
        Assert.Same(first, _script.Next<OriginEffect.Activated>().Snapshot);
        _script.Next<OriginEffect.FlushForBarrier>();
        _script.Nothing();
        _script.Do(static machine => machine.BarrierFlushed(true));

        Assert.Same(second, _script.Next<OriginEffect.Activated>().Snapshot);
        Assert.Equal(2, _script.NextFill().Targets.Length);
        Assert.Equal(ChunkRequestPhase.Waiting, write.Phase);
    }

    [Fact]
    public void Snapshot_that_is_removed_before_it_begins_never_does()
    {
        var snapshot = _script.Load(_script.Terms(8));
        _script.Do(machine => machine.Activate(snapshot, isMerge: false));
        _script.Next<OriginEffect.FlushForBarrier>();

        _script.Do(machine => machine.Remove(snapshot));
        _script.Nothing();
        _script.Do(static machine => machine.BarrierFlushed(true));

        Assert.Equal(new OriginEffect.Activated(snapshot, false), _script.Next<OriginEffect.Activated>());
        Assert.Same(snapshot, _script.Next<OriginEffect.Removed>().Snapshot);
        Assert.Empty(_script.Machine.Snapshots);
    }

    [Fact]
    public void Suspended_origin_ends_what_is_in_flight_and_holds_what_comes()
    {
        var before = _script.Write(0, 1);
        _script.Issued(before);

        _script.Do(static machine => machine.Suspend(null));
        var (after, read) = (_script.Write(8, 1), _script.Submit(ChunkRequestKind.Read, null));
        _script.Nothing();
        _script.Ended(before);
        _script.Settled(before);
        Assert.Equal(new OriginEffect.Suspended(null), _script.Next<OriginEffect.Suspended>());
        _script.Nothing();
        _script.Do(static machine => machine.Resume(null));

        _script.Issued(after);
        _script.Settled(read);
    }

    [Fact]
    public void Suspended_snapshot_ends_its_reads_and_holds_new_ones()
    {
        var snapshot = _script.Add(8);
        snapshot.Map.Begin(0, 0, out var read);

        _script.Do(machine => machine.Suspend(snapshot));
        _script.Nothing();
        Assert.Equal(SnapshotGate.Held, snapshot.Map.Begin(0, 0, out _));
        Assert.True(snapshot.Map.End(read!).IsAwaited);
        _script.Do(machine => machine.ReadEnded(snapshot));
        Assert.Same(snapshot, _script.Next<OriginEffect.Suspended>().Snapshot);
        _script.Do(machine => machine.Resume(snapshot));

        Assert.Equal(SnapshotGate.Open, snapshot.Map.Begin(0, 0, out _));
    }

    [Fact]
    public void Suspended_snapshot_keeps_what_the_origin_changes()
    {
        var snapshot = _script.Add(8);
        _script.Do(machine => machine.Suspend(snapshot));
        _script.Next<OriginEffect.Suspended>();

        _script.Write(0, 1);

        _script.Next<OriginEffect.Fill>();
    }

    [Fact]
    public void Parked_request_can_be_withdrawn()
    {
        var snapshot = _script.Add(8);
        _script.Do(machine => machine.Suspend(snapshot));
        _script.Do(static machine => machine.Suspend(null));
        var (own, other) = (_script.Write(0, 1, snapshot), _script.Write(0, 1));
        _script.Calm();

        _script.Do(machine => Assert.True(machine.TryWithdraw(own) && machine.TryWithdraw(other)));
        _script.Do(machine => machine.Resume(snapshot));
        _script.Do(static machine => machine.Resume(null));

        _script.Nothing();
    }

    [Fact]
    public void Request_at_a_barrier_can_be_withdrawn()
    {
        var snapshot = _script.Load(_script.Terms(8));
        _script.Do(machine => machine.Activate(snapshot, isMerge: false));
        var write = _script.Write(0, 1);

        _script.Do(machine => Assert.True(machine.TryWithdraw(write)));
        _script.Calm();

        Assert.Equal(ChunkRequestPhase.Outside, write.Phase);
        Assert.Equal(0, snapshot.PendingCount);
    }

    [Fact]
    public void Removed_snapshot_ends_what_is_on_its_way_and_is_not_waited_for_by_writes_that_come()
    {
        var snapshot = _script.Add(8);
        _script.Write(0, 1);
        var fill = _script.NextFill();
        _script.Do(machine => machine.Suspend(snapshot));
        _script.Next<OriginEffect.Suspended>();

        _script.Do(machine => machine.Remove(snapshot));
        _script.Through(_script.Write(80, 1));
        _script.Nothing();
        _script.Filled(fill);
        _script.Committed(snapshot, _script.NextCommit(snapshot));

        Assert.IsType<OriginEffect.Issue>(_script.Wanted[0]);
        Assert.Contains(new OriginEffect.Removed(snapshot), _script.Wanted);
    }

    [Fact]
    public void Request_of_a_removed_snapshot_is_refused()
    {
        var snapshot = _script.Add(8);
        _script.Do(machine => machine.Suspend(snapshot));
        var parked = _script.Write(0, 1, snapshot);
        _script.Next<OriginEffect.Suspended>();

        _script.Do(machine => machine.Remove(snapshot));
        _script.Settled(parked, ChunkRefusal.Removed);
        _script.Next<OriginEffect.Removed>();

        _script.Settled(_script.Write(0, 1, snapshot), ChunkRefusal.Removed);
    }

    [Fact]
    public void Table_that_takes_over_keeps_the_exceptions_and_refuses_what_waited_for_the_old_one()
    {
        var snapshot = _script.Add(8, SnapshotStoreKind.PersistentOverflow, cowSectors: 24);
        _script.Write(0, 8, snapshot);
        _script.Write(8, 8, snapshot);
        _script.Calm();
        Assert.Equal("Overflow", $"{snapshot.Status}");
        _script.Do(machine => machine.Suspend(snapshot));
        var parked = _script.Write(0, 1, snapshot);
        _script.Next<OriginEffect.Suspended>();

        _script.Do(machine => machine.HandOver(snapshot, snapshot.Spec, MachineScript.FailWrite));

        _script.Settled(parked, ChunkRefusal.Invalid);
        Assert.Equal(1, snapshot.Map.Count);
        Assert.Equal("24/24 16", $"{snapshot.Status}");
        Assert.Equal(SnapshotFailurePolicy.FailWrite, snapshot.Policy.OnFailure);
    }
}
