using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>S22: one snapshot takes over the store of another.</summary>
public sealed class SnapshotHandoverTests : IDisposable
{
    private static readonly SnapshotTable Merge = Table(target: "snapshot-merge");

    private readonly SnapshotBench _bench = new();
    private readonly DeviceLog _log = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();
    private readonly OriginDevice _origin;
    private readonly SnapshotDevice _old;

    public SnapshotHandoverTests()
    {
        _origin = _bench.Start(_device);
        _old = _bench.Add(_origin, new RecordingBlockDevice(_cow, _log, "cow"));
        _bench.WriteChunk(_origin, 5, 2);
        _bench.WriteChunk(_old, 9, 3);
        _log.Clear();
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void S22_new_one_needs_the_old_one_suspended()
    {
        var successor = Successor(Table("PO 8"));

        var refusal = _bench.Failure<InvalidOperationException>(successor.ResumeAsync());

        Assert.Contains("until source is suspended", refusal.Message, StringComparison.Ordinal);
        _bench.AssertChunk(_old, 5, 1);
        _bench.Run(_old.SuspendAsync());
        _bench.Run(successor.ResumeAsync());
        _bench.AssertChunk(successor, 5, 1);
    }

    [Fact]
    public void S22_old_one_cannot_be_resumed_while_a_new_one_waits()
    {
        var successor = Successor(Table("PO 8"));
        _bench.Run(_old.SuspendAsync());
        _bench.Failure<InvalidOperationException>(_old.ResumeAsync());

        _bench.Run(successor.DisposeAsync());

        _bench.Run(_old.ResumeAsync());
        _bench.AssertChunk(_old, 5, 1);
    }

    [Fact]
    public void S22_exceptions_are_taken_over_without_reading_the_store_and_the_old_one_answers_EIO()
    {
        var successor = Successor(Table("PO 8 1 discard_zeroes_cow"));
        _bench.Run(_old.SuspendAsync());
        var waiting = BeginRead(_old, 5, new byte[ChunkBytes]);
        var written = BeginChunk(_old, 5, 7);
        _bench.Settle();

        _bench.Run(successor.ResumeAsync());

        _log.DemandNone(static _ => true);
        _bench.AssertEio(waiting);
        _bench.AssertEio(written);
        _bench.AssertEio(BeginRead(_old, 5, new byte[ChunkBytes]));
        _bench.AssertEio(BeginChunk(_old, 5, 7));
        _bench.AssertEio(BeginFlush(_old));
        _bench.AssertEio(_old.GetBlockStatusAsync(0, 512, default).AsTask());
        Assert.Equal("Invalid", _bench.Status(_old));
        Assert.Equal("32/768 16", _bench.Status(successor));
        _bench.AssertChunk(successor, 5, 1);
        _bench.AssertChunk(successor, 9, 3);
        _bench.AssertChunk(successor, 6, 1);
        _bench.Run(BeginDiscard(successor, 9));
        Assert.Equal(new byte[ChunkBytes], _bench.Read(successor, 9 * ChunkBytes, ChunkBytes));
    }

    [Fact]
    public void S22_origin_writes_are_kept_all_the_time()
    {
        var successor = Successor(Table("P 8"));
        _bench.Run(_old.SuspendAsync());
        _bench.WriteChunk(_origin, 20, 2);

        var resumed = successor.ResumeAsync();
        var write = BeginChunk(_origin, 21, 2);
        _bench.Run(Task.WhenAll(resumed, write));
        _bench.WriteChunk(_origin, 22, 2);

        _bench.AssertReads(successor, 10 * ChunkBytes, 30 * ChunkBytes, 1);
    }

    [Fact]
    public void S22_old_one_that_was_never_resumed_hands_over_what_it_loaded()
    {
        _bench.Run(_old.DisposeAsync());
        var loaded = _bench.Load(_origin, _cow);
        var successor = _bench.Run(_origin.LoadSuccessorAsync(loaded, Merge));

        _bench.Run(successor.ResumeAsync());
        _bench.Run(successor.WaitUntilMergedAsync());

        AssertHolds(_device, 5, 1);
        AssertHolds(_device, 9, 3);
    }

    [Fact]
    public void S22_merge_takes_over_and_the_origin_is_what_the_snapshot_was()
    {
        var successor = Successor(Merge);
        var early = BeginRead(successor, 5, new byte[ChunkBytes]);
        var write = BeginChunk(successor, 30, 4);
        _bench.Settle();
        Assert.False(early.IsCompleted || write.IsCompleted);
        _bench.Run(_old.SuspendAsync());

        _bench.Run(successor.ResumeAsync());
        _bench.Run(Task.WhenAll(early, write));
        _bench.Run(successor.WaitUntilMergedAsync());

        AssertHolds(_device, 5, 1);
        AssertHolds(_device, 9, 3);
        AssertHolds(_device, 30, 4);
        Assert.Equal("16/768 16", _bench.Status(successor));
    }

    [Fact]
    public void Closing_the_old_one_first_closes_the_one_that_waits()
    {
        var successor = Successor(Merge);
        var early = BeginRead(successor, 5, new byte[ChunkBytes]);
        _bench.Settle();

        _bench.Run(_old.DisposeAsync());

        _bench.AssertClosed(early);
        _bench.Failure<ObjectDisposedException>(successor.ResumeAsync());
        _bench.Run(successor.DisposeAsync());
        _bench.WriteChunk(_origin, 5, 4);
    }

    [Fact]
    public void Snapshot_that_is_being_closed_is_neither_resumed_nor_taken_over()
    {
        var gated = Gateable(Cow());
        var old = _bench.Add(_origin, gated);
        var successor = _bench.Run(_origin.LoadSuccessorAsync(old, Merge));
        gated.CloseGate(DeviceOperation.Write);
        var write = BeginChunk(_origin, 40, 2);
        _bench.Run(old.SuspendAsync());
        var closed = old.DisposeAsync().AsTask();
        _bench.Settle();

        _bench.Failure<ObjectDisposedException>(old.ResumeAsync());
        var refusal = _bench.Failure<InvalidOperationException>(successor.ResumeAsync());
        Refused<InvalidOperationException>(old, Table("P 8"));

        Assert.Contains("cannot be taken over", refusal.Message, StringComparison.Ordinal);
        Assert.False(closed.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(closed);
        _bench.Run(write);
        _bench.Failure<ObjectDisposedException>(successor.ResumeAsync());
    }

    [Fact]
    public void Owned_device_is_closed_with_the_snapshot_that_has_it_last()
    {
        var cow = Cow();
        var first = _bench.Run(_origin.AddSnapshotAsync(Table(), cow, isOwned: true));
        var second = _bench.Run(_origin.LoadSuccessorAsync(first, Table("PO 8")));
        _bench.Run(first.SuspendAsync());
        _bench.Run(second.ResumeAsync());

        _bench.Run(first.DisposeAsync());
        _bench.WriteChunk(_origin, 40, 2);
        _bench.AssertChunk(second, 40, 1);
        Assert.Equal(1, ValidOf(cow));
        _bench.Run(second.DisposeAsync());

        Assert.Throws<DeviceException>(() => ValidOf(cow));
        _bench.WriteChunk(_origin, 41, 2);
    }

    [Fact]
    public void Successors_that_cannot_be_are_refused()
    {
        var successor = Successor(Table("PO 8"));
        Refused<InvalidOperationException>(_old, Table("P 8"));
        Refused<DeviceException>(_old, Table("N 8"));
        Refused<DeviceException>(_old, Table("P 8", length: Length / 2));
        _bench.Run(_old.SuspendAsync());
        _bench.Run(successor.ResumeAsync());
        Refused<InvalidOperationException>(_old, Table("P 8"));
        _bench.Run(_old.DisposeAsync());
        Refused<InvalidOperationException>(_old, Table("P 8"));

        var other = _bench.Add(_bench.Start(Origin()), Cow());
        Refused<InvalidOperationException>(other, Table("P 8"));
        var transient = _bench.Add(_origin, Cow(), Table("N 8"));
        Refused<DeviceException>(transient, Merge);
        var merging = _bench.Run(_origin.LoadSuccessorAsync(successor, Merge));
        _bench.Run(successor.SuspendAsync());
        _bench.Run(merging.ResumeAsync());
        Refused<InvalidOperationException>(merging, Table("P 8"));
    }

    [Fact]
    public void Loading_that_was_given_up_before_leaves_no_successor()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        var given = _origin.LoadSuccessorAsync(_old, Merge, null, stop.Token);

        _bench.AssertCancelled(given);
        _bench.Run(_old.SuspendAsync());
        _bench.Run(_old.ResumeAsync());
    }

    private SnapshotDevice Successor(SnapshotTable table) => _bench.Run(_origin.LoadSuccessorAsync(_old, table));

    private void Refused<T>(SnapshotDevice source, SnapshotTable table)
        where T : Exception => _bench.Failure<T>(_origin.LoadSuccessorAsync(source, table));
}
