using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <content>Merges that begin, are suspended, removed, or have nothing to do.</content>
public sealed partial class OriginMachineMergeTests
{
    [Fact]
    public void Merge_begins_when_what_a_failed_commit_left_is_gone()
    {
        var snapshot = _script.Add(8, policy: MachineScript.FailWrite);
        _script.Write(0, 1);
        _script.Filled(_script.NextFill());
        _script.Committed(snapshot, _script.NextCommit(snapshot), isDurable: false);
        _script.Calm();
        SuspendForMerge(snapshot);

        _script.Do(machine => machine.Activate(snapshot, isMerge: true));
        var clean = _script.NextCommit(snapshot);
        _script.Nothing();
        Assert.False(clean.Image.Span.ContainsAnyExcept((byte)0));
        _script.Committed(snapshot, clean);

        _script.Next<OriginEffect.FlushForBarrier>();
    }

    [Fact]
    public void Merge_does_not_begin_when_what_a_failed_commit_left_stays()
    {
        var snapshot = _script.Add(8, policy: MachineScript.FailWrite);
        _script.Write(0, 1);
        _script.Filled(_script.NextFill());
        _script.Committed(snapshot, _script.NextCommit(snapshot), isDurable: false);
        _script.Calm();
        SuspendForMerge(snapshot);
        _script.Do(machine => machine.Activate(snapshot, isMerge: true));

        _script.Committed(snapshot, _script.NextCommit(snapshot), isDurable: false);

        Assert.Equal(new OriginEffect.Activated(snapshot, false), _script.Next<OriginEffect.Activated>());
        _script.Nothing();
        _script.Write(0, 1);
        _script.Next<OriginEffect.Fill>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Suspended_merge_ends_the_run_that_is_under_way_and_begins_no_other(bool isOfOrigin)
    {
        var snapshot = Merging(Entries);
        NextCopy();
        var suspended = isOfOrigin ? null : snapshot;

        _script.Do(machine => machine.Suspend(suspended));
        var write = _script.Write(600, 1, isOfOrigin ? snapshot : null);
        var clear = Copied(snapshot);
        _script.Nothing();
        _script.Committed(snapshot, clear);

        Assert.Equal(new OriginEffect.Suspended(suspended), _script.Next<OriginEffect.Suspended>());
        _script.Nothing();
        _script.Do(machine => machine.Resume(suspended));
        _script.Issued(write);
        _script.Next<OriginEffect.MergeCopy>();
    }

    [Fact]
    public void Writes_of_another_snapshot_to_its_store_hold_up_no_run()
    {
        var snapshot = Loaded(Entries);
        var other = _script.Add(8);
        _script.Write(8, 16, other);
        _script.Calm();
        var inFlight = _script.Write(8, 16, other);
        _script.Issued(inFlight);

        _script.Activate(snapshot, isMerge: true);

        Assert.Equal((40, SectorRange.Create(8, 16)), NextCopy());
    }

    [Fact]
    public void Half_merged_snapshot_that_is_removed_leaves_the_origin_as_it_is()
    {
        var snapshot = Merging(Entries);
        NextCopy();
        _script.Do(machine => machine.Suspend(snapshot));
        var (own, other) = (_script.Write(72, 1, snapshot), _script.Write(73, 1));
        _script.Committed(snapshot, Copied(snapshot));
        _script.Next<OriginEffect.Suspended>();

        _script.Do(machine => machine.Remove(snapshot));

        _script.Settled(own, ChunkRefusal.Removed);
        _script.Issued(other);
        Assert.Null(other.Pieces.Single().Cow);
        _script.Next<OriginEffect.Removed>();
        _script.Nothing();
    }

    [Fact]
    public void Merge_of_an_invalid_snapshot_does_nothing_and_the_origin_is_what_it_is()
    {
        var snapshot = _script.Add(8);
        _script.Write(0, 1);
        _script.Filled(_script.NextFill(), sourceFailed: true);
        _script.Calm();
        SuspendForMerge(snapshot);

        _script.Activate(snapshot, isMerge: true);

        _script.Nothing();
        Assert.Null(_script.Machine.MergingNow);
        var write = _script.Write(0, 1, snapshot);
        _script.Through(write);
        Assert.Null(write.Pieces.Single().Cow);
    }
}
