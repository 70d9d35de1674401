using Akka.Actor;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>The end of origins and snapshots: disposed in every state, crashed.</summary>
public sealed class SnapshotClosingTests : IDisposable
{
    private static readonly SnapshotTable Merge = Table(target: "snapshot-merge");

    private readonly SnapshotBench _bench = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Disposed_snapshot_refuses_everything_and_the_origin_changes_without_it()
    {
        var log = new DeviceLog();
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, new RecordingBlockDevice(_cow, log, "cow"));
        _bench.WriteChunk(origin, 5, 2);

        _bench.Run(snapshot.DisposeAsync());
        _bench.Run(snapshot.DisposeAsync());
        log.Clear();
        _bench.WriteChunk(origin, 6, 2);

        log.DemandNone(static _ => true);
        AssertRefusesEverything(snapshot);
        _bench.Failure<ObjectDisposedException>(snapshot.GetStatusAsync());
        _bench.Failure<ObjectDisposedException>(snapshot.SuspendAsync());
        _bench.Failure<ObjectDisposedException>(snapshot.ResumeAsync());
        _bench.Failure<ObjectDisposedException>(snapshot.GrowAsync());
    }

    [Fact]
    public void Disposed_origin_closes_its_snapshots_and_refuses_everything()
    {
        var origin = _bench.Start(_device);
        var running = _bench.Add(origin, _cow);
        var loaded = _bench.Load(origin, Cow());
        var merging = _bench.Add(origin, Cow(), Merge);
        _bench.Run(running.SuspendAsync());
        var waiting = BeginChunk(running, 5, 2);
        var merged = _bench.Add(origin, Cow()).WaitUntilMergedAsync();

        _bench.Run(origin.DisposeAsync());
        _bench.Run(origin.DisposeAsync());

        _bench.AssertClosed(waiting);
        _bench.Failure<ObjectDisposedException>(merged);
        foreach (var device in new IBlockDevice[] { origin, running, loaded, merging })
        {
            AssertRefusesEverything(device);
        }

        _bench.Failure<ObjectDisposedException>(origin.SuspendAsync());
        _bench.Failure<ObjectDisposedException>(origin.AddSnapshotAsync(Table(), Cow()));
        _bench.Run(running.DisposeAsync());
        _bench.Run(loaded.DisposeAsync());
    }

    [Fact]
    public void Devices_are_closed_only_where_they_are_owned()
    {
        var origin = _bench.Start(_device);
        _bench.Add(origin, _cow);
        _bench.Run(origin.DisposeAsync());
        Assert.Equal(1, ValidOf(_cow));
        AssertHolds(_device, 0, 1);

        var owner = OriginDevice.Create(_bench.System, _device, isOwned: true);
        _bench.Run(owner.AddSnapshotAsync(Table(), _cow, isOwned: true));
        _bench.Run(owner.DisposeAsync());

        Assert.Throws<DeviceException>(() => ValidOf(_cow));
        Assert.Throws<DeviceException>(() => AssertHolds(_device, 0, 1));
    }

    [Fact]
    public void Snapshot_that_was_never_resumed_is_disposed()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Load(origin, _cow);
        var waiting = BeginRead(snapshot, 1, new byte[ChunkBytes]);
        _bench.Settle();

        _bench.Run(snapshot.DisposeAsync());

        _bench.AssertClosed(waiting);
        _bench.WriteChunk(origin, 5, 2);
        Assert.Equal("16/768 16", _bench.Status(_bench.Add(origin, _cow)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Snapshot_that_is_being_resumed_is_disposed(bool failsToBegin, bool isOriginClosed)
    {
        var gated = Gateable(_device);
        gated.CloseGate(DeviceOperation.Flush);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Load(origin, _cow);
        var resumed = snapshot.ResumeAsync();
        _bench.Settle();

        var closed = isOriginClosed ? origin.DisposeAsync().AsTask() : snapshot.DisposeAsync().AsTask();
        _bench.Settle();
        Assert.False(closed.IsCompleted);
        var flush = Assert.Single(gated.Waiting);
        _bench.Loop.Post(() =>
        {
            gated.OpenGate(DeviceOperation.Flush);
            if (failsToBegin)
            {
                flush.Fail(new DeviceException("origin", DeviceOperation.Flush, DeviceErrorKind.Io, "injected"));
            }
        });
        _bench.Run(closed);

        _bench.Settle();
        Assert.True(_bench.Loop.Now < TimeSpan.FromSeconds(1));
        Assert.True(resumed.IsCompleted);
    }

    [Fact]
    public void Suspended_snapshot_is_disposed_and_what_waits_fails()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);
        _bench.Run(snapshot.SuspendAsync());
        List<Task> waiting = [BeginRead(snapshot, 1, new byte[512]), BeginChunk(snapshot, 1, 7), BeginFlush(snapshot)];
        _bench.Settle();

        _bench.Run(snapshot.DisposeAsync());

        waiting.ForEach(_bench.AssertClosed);
        _bench.WriteChunk(origin, 5, 2);
    }

    [Fact]
    public void Disposing_waits_for_what_is_in_flight()
    {
        var (gated, cow) = (Gateable(_device), Gateable(_cow));
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, cow);
        gated.CloseGate(DeviceOperation.Read);
        cow.CloseGate(DeviceOperation.Write);
        var bytes = new byte[ChunkBytes];
        List<Task> inFlight =
            [BeginRead(snapshot, 1, bytes), BeginChunk(snapshot, 2, 7), Begin(snapshot, 3 * ChunkBytes, 512, 7)];
        var write = BeginChunk(origin, 4, 2);
        _bench.Settle();

        var closed = snapshot.DisposeAsync().AsTask();
        _bench.Settle();
        Assert.False(closed.IsCompleted);
        _bench.Simulation.Open(gated);
        Assert.False(closed.IsCompleted);
        _bench.Simulation.Open(cow);
        _bench.Run(closed);

        _bench.Run(Task.WhenAll(inFlight));
        _bench.Run(write);
        Assert.Null(TestPatterns.FirstDifference(bytes, ChunkBytes, 1));
        var again = _bench.Add(origin, _cow);
        _bench.AssertChunk(again, 2, 7);
        _bench.AssertReads(again, 3 * ChunkBytes, 512, 7);
        _bench.AssertChunk(again, 4, 1);
    }

    [Fact]
    public void Merging_snapshot_is_disposed_after_the_run_that_is_under_way()
    {
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, _cow);
        _bench.WriteChunk(snapshot, 20, 8);
        _bench.WriteChunk(snapshot, 30, 9);
        _bench.Run(snapshot.DisposeAsync());
        var merging = _bench.Load(origin, _cow, Merge);
        gated.CloseGate(DeviceOperation.Write);
        _bench.Run(merging.ResumeAsync());
        var merged = merging.WaitUntilMergedAsync();
        _bench.Settle();

        var closed = merging.DisposeAsync().AsTask();
        _bench.Settle();
        Assert.False(closed.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(closed);

        _bench.Failure<ObjectDisposedException>(merged);
        _bench.AssertChunk(origin, 30, 9);
        _bench.AssertChunk(origin, 20, 1);
        Assert.Equal("24/768 16", _bench.Status(_bench.Add(origin, _cow)));
    }

    [Fact]
    public void Origin_that_is_closed_waits_for_copies_whose_writer_gave_up()
    {
        var cow = Gateable(_cow);
        var origin = _bench.Start(_device);
        _bench.Add(origin, cow);
        cow.CloseGate(DeviceOperation.Write);
        using var stop = new CancellationTokenSource();
        var write = origin.WriteAsync(0, new byte[ChunkBytes], WriteDurability.Cached, stop.Token).AsTask();
        _bench.Settle();
        stop.Cancel();
        _bench.AssertCancelled(write);

        var closed = origin.DisposeAsync().AsTask();
        _bench.Settle();
        Assert.False(closed.IsCompleted);
        _bench.Simulation.Open(cow);
        _bench.Run(closed);

        Assert.True(_bench.Loop.Now < TimeSpan.FromSeconds(1));
        Assert.Equal(new CowEntry(0, 2), Entry(_cow, 0, 0));
    }

    [Fact]
    public void Closing_gives_up_a_device_that_hangs()
    {
        var cow = Gateable(_cow);
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, cow);
        cow.CloseGate(DeviceOperation.Flush);
        var write = BeginChunk(origin, 5, 2);
        _bench.Settle();

        _bench.Run(origin.DisposeAsync());

        Assert.InRange(_bench.Loop.Now, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.5));
        _bench.AssertClosed(write);
        AssertHolds(_device, 5, 1);
        _bench.Simulation.Open(cow);
        _bench.Run(snapshot.DisposeAsync());
    }

    [Fact]
    public void Notices_that_were_given_before_the_end_are_heard()
    {
        List<SnapshotNotice> notices = [];
        var origin = _bench.Start(_device);
        var merging = _bench.Load(origin, _cow, Merge, new SnapshotOptions { OnNotice = notices.Add });

        var closed = CloseWhenMergedAsync(merging);
        _bench.Run(closed);
        _bench.Settle();

        Assert.Equal([new SnapshotNotice.Merged()], notices);
    }

    [Fact]
    public void Write_of_an_origin_that_is_gone_ends_when_no_device_has_its_buffer_any_more()
    {
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        gated.CloseGate(DeviceOperation.Write);
        var write = BeginChunk(origin, 5, 2);
        _bench.Settle();

        _bench.Crash(origin);
        Assert.False(write.IsCompleted);
        _bench.Simulation.Open(gated);

        _bench.AssertClosed(write);
    }

    [Theory]
    [InlineData(DeviceFaultEffect.CrashOnCall)]
    [InlineData(DeviceFaultEffect.CrashLater)]
    public void Crash_of_the_actor_fails_every_call_and_hangs_nobody(DeviceFaultEffect effect)
    {
        var fault = new DeviceFault(DeviceOperation.Write) { Effect = effect, FromNumber = 3 };
        var origin = _bench.Start(new FaultyBlockDevice(_bench.Simulation.On(_device), fault));
        var snapshot = _bench.Add(origin, _cow);

        var writes = Enumerable.Range(0, 8).Select(chunk => BeginChunk(origin, chunk, 9)).ToList();
        writes.AddRange(Enumerable.Range(8, 8).Select(chunk => Begin(snapshot, chunk * ChunkBytes, 512, 9)));
        var (flush, suspended) = (BeginFlush(origin), snapshot.SuspendAsync());
        _bench.Settle();

        Assert.All(writes, write => Assert.True(write.IsCompleted));
        Assert.Contains(writes, write => write.IsFaulted);
        Assert.All(writes.Where(write => write.IsFaulted), _bench.AssertClosed);
        Assert.True(flush.IsCompleted && suspended.IsCompleted);
        AssertRefusesEverything(origin);
        AssertRefusesEverything(snapshot);
        _bench.Run(origin.DisposeAsync());
        _bench.Run(snapshot.DisposeAsync());
        var again = _bench.Add(_bench.Start(_device), _cow);
        _bench.AssertReads(again, 0, 8 * ChunkBytes, 1);
    }

    [Fact]
    public void Crash_of_the_client_ends_the_origin()
    {
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, _cow);
        gated.CloseGate(DeviceOperation.Read);
        var waiting = BeginChunk(origin, 5, 9);
        _bench.Settle();

        _bench.System.ActorSelection(origin.Actor.Path / "client").Tell(PoisonPill.Instance);
        _bench.Simulation.Open(gated);

        _bench.AssertClosed(waiting);
        _bench.AssertClosed(BeginRead(snapshot, 1, new byte[512]));
        _bench.Run(origin.DisposeAsync());
        AssertHolds(_device, 5, 1);
    }

    private static async Task CloseWhenMergedAsync(SnapshotDevice merging)
    {
        await merging.ResumeAsync().ConfigureAwait(false);
        await merging.WaitUntilMergedAsync().ConfigureAwait(false);
        await merging.DisposeAsync().ConfigureAwait(false);
    }

    private void AssertRefusesEverything(IBlockDevice device)
    {
        _bench.AssertClosed(BeginRead(device, 1, new byte[512]));
        _bench.AssertClosed(BeginChunk(device, 1, 2));
        _bench.AssertClosed(device.WriteZeroesAsync(0, 512, default).AsTask());
        _bench.AssertClosed(BeginFlush(device));
        _bench.AssertClosed(device.GetBlockStatusAsync(0, 512, default).AsTask());
        _bench.AssertClosed(device.DropCacheAsync(0, 512, default).AsTask());
        _bench.AssertClosed(device.ConfirmAsync(default).AsTask());
    }
}
