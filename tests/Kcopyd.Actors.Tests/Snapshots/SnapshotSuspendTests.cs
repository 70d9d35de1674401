using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Suspending, resuming, and giving calls up.</summary>
public sealed class SnapshotSuspendTests : IDisposable
{
    private readonly SnapshotBench _bench = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Suspend_waits_for_what_is_in_flight_and_calls_that_come_wait(bool isSnapshot)
    {
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, _cow, Table("P 8 1 discard_zeroes_cow"));
        IBlockDevice device = isSnapshot ? snapshot : origin;
        gated.CloseGate(DeviceOperation.Read);
        List<Task> inFlight = [BeginRead(device, 1, new byte[ChunkBytes]), Begin(device, 2 * ChunkBytes, 512, 7)];
        _bench.Settle();

        var suspended = isSnapshot ? snapshot.SuspendAsync() : origin.SuspendAsync();
        _bench.Settle();
        var calls = EveryCall(device);
        _bench.Settle();
        Assert.False(suspended.IsCompleted);
        _bench.Simulation.Release(gated.Waiting[1]);
        Assert.False(suspended.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(suspended);
        _bench.Run(Task.WhenAll(inFlight));
        _bench.Settle();

        Assert.All(calls, call => Assert.False(call.IsCompleted));
        _bench.Run(isSnapshot ? snapshot.SuspendAsync() : origin.SuspendAsync());
        _bench.Run(isSnapshot ? snapshot.ResumeAsync() : origin.ResumeAsync());
        _bench.Run(Task.WhenAll(calls));
        _bench.AssertChunk(device, 10, 8);
        _bench.Failure<InvalidOperationException>(isSnapshot ? snapshot.ResumeAsync() : origin.ResumeAsync());
    }

    [Fact]
    public void Suspended_snapshot_keeps_what_the_origin_changes_and_a_suspended_origin_disturbs_no_snapshot()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);
        _bench.Run(snapshot.SuspendAsync());
        _bench.WriteChunk(origin, 5, 2);
        _bench.Run(snapshot.ResumeAsync());
        _bench.AssertChunk(snapshot, 5, 1);

        _bench.Run(origin.SuspendAsync());
        _bench.WriteChunk(snapshot, 6, 7);
        _bench.Run(Begin(snapshot, 7 * ChunkBytes, 512, 7));
        _bench.AssertChunk(snapshot, 5, 1);
        _bench.Run(origin.ResumeAsync());
        _bench.AssertReads(origin, 6 * ChunkBytes, 2 * ChunkBytes, 1);
    }

    [Fact]
    public void Snapshot_begins_while_its_origin_is_suspended()
    {
        var origin = _bench.Start(_device);
        _bench.Run(origin.SuspendAsync());
        var write = BeginChunk(origin, 5, 2);

        var snapshot = _bench.Add(origin, _cow);
        _bench.Run(origin.ResumeAsync());
        _bench.Run(write);

        _bench.AssertChunk(snapshot, 5, 1);
        _bench.AssertChunk(origin, 5, 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Merge_stops_after_the_run_that_is_under_way_while_either_is_suspended(bool isSnapshot)
    {
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        var (merging, view) = StartMerge(origin, gated);

        var suspended = isSnapshot ? merging.SuspendAsync() : origin.SuspendAsync();
        _bench.Settle();
        var calls = EveryCall(origin).Concat(EveryCall(merging)).ToList();
        _bench.Settle();
        Assert.False(suspended.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(suspended);
        _bench.Settle();

        Assert.Equal("24/768 16", _bench.Status(merging));
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        _bench.Run(isSnapshot ? merging.ResumeAsync() : origin.ResumeAsync());
        _bench.Run(Task.WhenAll(calls));
        _bench.Run(merging.WaitUntilMergedAsync());
        Assert.Equal(view, Bytes(_device, 20 * ChunkBytes, 20 * ChunkBytes));
    }

    [Fact]
    public void Reads_in_flight_of_a_snapshot_that_is_merged_are_waited_for()
    {
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, _cow, Table(target: "snapshot-merge"));
        gated.CloseGate(DeviceOperation.Read);
        var (read, other) = (
            BeginRead(snapshot, 5, new byte[ChunkBytes]), BeginRead(origin, 5, new byte[ChunkBytes]));
        _bench.Settle();

        var suspended = snapshot.SuspendAsync();
        _bench.Settle();
        Assert.False(suspended.IsCompleted);
        _bench.Simulation.Release(gated.Waiting[0]);
        Assert.False(suspended.IsCompleted);
        _bench.Simulation.Open(gated);

        _bench.Run(Task.WhenAll(suspended, read, other));
    }

    [Fact]
    public void Suspend_during_a_resume_holds()
    {
        var gated = Gateable(_device);
        gated.CloseGate(DeviceOperation.Flush);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Load(origin, _cow);

        var resumed = snapshot.ResumeAsync();
        _bench.Settle();
        var (suspended, again) = (snapshot.SuspendAsync(), snapshot.ResumeAsync());
        _bench.Failure<InvalidOperationException>(again);
        Assert.False(suspended.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(Task.WhenAll(resumed, suspended));

        var read = BeginRead(snapshot, 1, new byte[ChunkBytes]);
        _bench.Settle();
        Assert.False(read.IsCompleted);
        _bench.Run(snapshot.ResumeAsync());
        _bench.Run(read);
    }

    [Fact]
    public void Snapshot_that_could_not_begin_stays_suspended_and_begins_later()
    {
        var origin = _bench.Start(new FaultyBlockDevice(_device, new DeviceFault(DeviceOperation.Flush)));
        var snapshot = _bench.Load(origin, _cow);
        var (resumed, suspended) = (snapshot.ResumeAsync(), snapshot.SuspendAsync());

        var failure = _bench.Failure<DeviceException>(resumed);
        _bench.Run(suspended);
        Assert.Equal(DeviceOperation.Flush, failure.Operation);
        _bench.WriteChunk(origin, 5, 2);
        _bench.Run(snapshot.ResumeAsync());
        _bench.WriteChunk(origin, 5, 3);

        _bench.AssertChunk(snapshot, 5, 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Calls_that_wait_for_resume_are_given_up(bool isSnapshot)
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow, Table("P 8 1 discard_zeroes_cow"));
        IBlockDevice device = isSnapshot ? snapshot : origin;
        _bench.Run(isSnapshot ? snapshot.SuspendAsync() : origin.SuspendAsync());
        using var stop = new CancellationTokenSource();
        var calls = EveryCall(device, stop.Token);
        _bench.Settle();

        stop.Cancel();

        calls.ForEach(_bench.AssertCancelled);
        EveryCall(device, stop.Token).ForEach(_bench.AssertCancelled);
        _bench.Run(isSnapshot ? snapshot.ResumeAsync() : origin.ResumeAsync());
        _bench.AssertReads(device, 0, Length, 1);
    }

    [Fact]
    public void Writes_that_wait_for_a_copy_are_given_up_and_the_copy_is_kept()
    {
        var cow = Gateable(_cow);
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, cow);
        cow.CloseGate(DeviceOperation.Write);
        using var stop = new CancellationTokenSource();
        List<Task> given = [Write(origin, 5, stop.Token), Write(snapshot, 6, stop.Token, 512)];
        var kept = BeginChunk(origin, 5, 3);
        _bench.Settle();

        stop.Cancel();
        given.ForEach(_bench.AssertCancelled);
        _bench.Simulation.Open(cow);
        _bench.Run(kept);
        _bench.Settle();

        _bench.AssertChunk(origin, 5, 3);
        _bench.AssertReads(snapshot, 0, Length, 1);
        Assert.Equal(2, _bench.Run(snapshot.GetCountsAsync()).Exceptions);
    }

    [Fact]
    public void Writes_that_wait_for_room_are_given_up_and_those_behind_go_on()
    {
        var cow = Gateable(_cow);
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, cow, null, new SnapshotOptions { MaxPending = 1 });
        cow.CloseGate(DeviceOperation.Write);
        using var stop = new CancellationTokenSource();
        var first = BeginChunk(origin, 5, 3);
        _bench.Settle();
        var given = Write(origin, 6, stop.Token);
        var last = BeginChunk(origin, 7, 3);
        _bench.Settle();

        stop.Cancel();
        _bench.AssertCancelled(given);
        _bench.Simulation.Open(cow);
        _bench.Run(Task.WhenAll(first, last));

        Assert.Equal(2, _bench.Run(snapshot.GetCountsAsync()).Exceptions);
        _bench.AssertChunk(origin, 6, 1);
    }

    [Fact]
    public void Write_in_flight_ends_although_it_was_given_up()
    {
        var gated = Gateable(_device);
        var cow = Gateable(_cow);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, cow);
        gated.CloseGate(DeviceOperation.Write);
        using var stop = new CancellationTokenSource();
        var write = Write(origin, 5, stop.Token);
        _bench.Settle();
        cow.CloseGate(DeviceOperation.Write);
        var owned = Write(snapshot, 6, stop.Token);
        _bench.Settle();

        stop.Cancel();
        _bench.Settle();
        Assert.False(write.IsCompleted || owned.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Simulation.Open(cow);
        _bench.Run(Task.WhenAll(write, owned));

        _bench.AssertChunk(origin, 5, 9);
        _bench.AssertChunk(snapshot, 6, 9);
    }

    [Fact]
    public void Questions_are_given_up()
    {
        var gated = Gateable(_device);
        gated.CloseGate(DeviceOperation.Flush);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Load(origin, _cow);
        using var stop = new CancellationTokenSource();
        var resumed = snapshot.ResumeAsync(stop.Token);
        var merged = snapshot.WaitUntilMergedAsync(stop.Token);
        _bench.Settle();

        stop.Cancel();
        _bench.AssertCancelled(resumed);
        _bench.AssertCancelled(merged);
        _bench.Simulation.Open(gated);

        _bench.AssertChunk(snapshot, 1, 1);
    }

    [Fact]
    public void Question_about_blocks_is_cut_to_the_chunks_of_the_snapshot_that_is_merged_when_it_is_let_in()
    {
        const int TwiceTheLimit = 2048 * ChunkBytes;
        var origin = _bench.Start(Origin(length: TwiceTheLimit));
        _bench.Run(origin.SuspendAsync());
        var asked = origin.GetBlockStatusAsync(0, TwiceTheLimit, default).AsTask();
        _bench.Settle();

        _bench.Add(origin, _cow, Table(target: "snapshot-merge", length: TwiceTheLimit));
        _bench.Run(origin.ResumeAsync());

        Assert.Equal(1024 * ChunkBytes, _bench.Run(asked).Sum(extent => extent.Length));
    }

    /// <summary>A merge whose first run waits at the gate of the origin; what chunks 20 to 39 will be.</summary>
    private (SnapshotDevice Merging, byte[] View) StartMerge(OriginDevice origin, GatedBlockDevice gated)
    {
        var snapshot = _bench.Add(origin, _cow);
        _bench.WriteChunk(snapshot, 20, 8);
        _bench.WriteChunk(snapshot, 30, 9);
        var view = _bench.Read(snapshot, 20 * ChunkBytes, 20 * ChunkBytes);
        _bench.Run(snapshot.SuspendAsync());
        var merging = _bench.Run(origin.LoadSuccessorAsync(snapshot, Table(target: "snapshot-merge")));
        gated.CloseGate(DeviceOperation.Write);
        _bench.Run(merging.ResumeAsync());
        _bench.Settle();
        return (merging, view);
    }

    /// <summary>A call of every kind.</summary>
    private static List<Task> EveryCall(IBlockDevice device, CancellationToken stop = default)
    {
        List<Task> calls =
        [
            device.ReadAsync(5 * ChunkBytes, new byte[2 * ChunkBytes], stop).AsTask(),
            Write(device, 10, stop, content: 8),
            device.WriteZeroesAsync(11 * ChunkBytes, 512, stop).AsTask(),
            device.FlushAsync(device.WriteEpoch, stop).AsTask(),
            device.GetBlockStatusAsync(0, Length, stop).AsTask(),
            device.DropCacheAsync(0, Length, stop).AsTask(),
            device.ConfirmAsync(stop).AsTask(),
        ];
        if (device.Geometry.Can(BlockDeviceAbilities.Discard))
        {
            calls.Add(device.DiscardAsync(12 * ChunkBytes, ChunkBytes, stop).AsTask());
        }

        return calls;
    }

    private static Task Write(
        IBlockDevice device, int chunk, CancellationToken stop, int length = ChunkBytes, int content = 9) =>
        device.WriteAsync(
            chunk * ChunkBytes,
            TestPatterns.Create(chunk * ChunkBytes, length, content),
            WriteDurability.Cached,
            stop).AsTask();
}
