using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Suspending, resuming, and giving requests up.</summary>
public sealed class MirrorSuspendTests : IDisposable
{
    private readonly MirrorBench _bench = new();
    private readonly MemoryBlockDevice _a = Leg(1);
    private readonly MemoryBlockDevice _b = Leg(2);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void M23_suspend_waits_for_the_region_in_flight_and_resume_goes_on()
    {
        var log = new DeviceLog();
        var gated = CopySimulation.Gated(new RecordingBlockDevice(_a, log, "a"), DeviceOperation.Read);
        var mirror = _bench.Start(Table(), OneByOne, gated, _b);
        _bench.Settle();
        _bench.Simulation.Release(gated.Waiting[0]);

        var suspended = mirror.SuspendAsync();
        _bench.Settle();
        Assert.False(suspended.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(suspended);
        _bench.Loop.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([0, 1], ReadRegions(log, "a"));
        Assert.Equal("2 a b 2/8 1 AA 1 core", _bench.Status(mirror));
        _bench.Run(mirror.ResumeAsync());
        _bench.WaitUntilInSync(mirror);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], ReadRegions(log, "a"));
        AssertEqual(_a, _b);
    }

    [Fact]
    public void M23_resume_after_a_restart_goes_on_from_the_log()
    {
        var log = LogDevice();
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var table = Table("disk 2 log 16");
        var mirror = _bench.StartOn(log, table, OneByOne, gated, _b);
        _bench.Settle();
        _bench.Simulation.Release(gated.Waiting[0]);
        _bench.Simulation.Release(gated.Waiting[0]);
        var closed = mirror.DisposeAsync().AsTask();
        _bench.Simulation.Open(gated);
        _bench.Run(closed);
        Assert.Equal(0b111, LoggedBits(log));

        var again = _bench.StartOn(log, table, OneByOne, _a, _b);
        _bench.WaitUntilInSync(again);

        Assert.Equal(5, _bench.Run(again.GetCountsAsync()).RecoveredRegions);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void Suspend_waits_for_writes_in_flight_and_writes_that_come_wait()
    {
        var gated = CopySimulation.Gated(_a, DeviceOperation.Write);
        var mirror = _bench.Start(InSync(), gated, _b);
        var inFlight = BeginRegion(mirror, 1, 9);
        _bench.Settle();

        var suspended = mirror.SuspendAsync();
        var late = BeginRegion(mirror, 2, 9);
        var flush = BeginFlush(mirror);
        _bench.Settle();
        Assert.False(suspended.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(suspended);
        _bench.Settle();

        Assert.True(inFlight.IsCompletedSuccessfully);
        Assert.False(late.IsCompleted || flush.IsCompleted);
        AssertRegion(_b, 2, 2);
        _bench.Run(mirror.ResumeAsync());
        _bench.Run(Task.WhenAll(late, flush));
        AssertRegion(_b, 2, 9);
    }

    [Fact]
    public void Suspended_mirror_is_read_and_suspended_again_at_once()
    {
        var mirror = _bench.Start(InSync(), _a, _b);
        _bench.Run(mirror.SuspendAsync());

        _bench.Run(mirror.SuspendAsync());
        _bench.AssertReads(mirror, 0, 512, 1);
        _bench.Run(mirror.ResumeAsync());

        _bench.Failure<InvalidOperationException>(mirror.ResumeAsync());
    }

    [Fact]
    public void Suspend_marks_everything_clean_that_is()
    {
        var log = LogDevice();
        var mirror = _bench.StartOn(log, InSyncOnDisk(), null, _a, _b);
        _bench.WriteRegion(mirror, 1, 9);
        Assert.Equal(0b1111_1101, LoggedBits(log));

        _bench.Run(mirror.SuspendAsync());

        Assert.Equal(0xFF, LoggedBits(log));
        Assert.Equal(TimeSpan.Zero, _bench.Loop.Now);
    }

    [Fact]
    public void Write_that_waits_for_resume_is_given_up()
    {
        var mirror = _bench.Start(InSync(), _a, _b);
        _bench.Run(mirror.SuspendAsync());
        using var stop = new CancellationTokenSource();
        var write = Write(mirror, 1, stop.Token);
        _bench.Settle();

        stop.Cancel();
        _bench.AssertCancelled(write);
        _bench.Run(mirror.ResumeAsync());
        _bench.Settle();

        AssertRegion(_b, 1, 2);
    }

    [Fact]
    public void Write_that_is_given_up_while_it_is_made_leaves_nothing_behind()
    {
        var mirror = _bench.Start(InSync(), _a, _b);
        _bench.Run(mirror.SuspendAsync());
        using var stop = new CancellationTokenSource();
        var write = Write(mirror, 1, stop.Token);

        stop.Cancel();

        _bench.AssertCancelled(write);
        Assert.True(Write(mirror, 1, stop.Token).IsCanceled);
        _bench.Run(mirror.ResumeAsync());
        _bench.WriteRegion(mirror, 1, 10);
    }

    [Fact]
    public void Held_write_is_given_up()
    {
        var bad = new SwitchedDevice(_b);
        var mirror = _bench.Start(InSync("1 handle_errors"), _a, bad);
        bad.Fail(DeviceOperation.Write);
        using var stop = new CancellationTokenSource();
        var write = Write(mirror, 1, stop.Token);
        _bench.Settle();

        stop.Cancel();

        _bench.AssertCancelled(write);
        Assert.Equal(0, _bench.Run(mirror.GetCountsAsync()).Held);
    }

    [Fact]
    public void Write_that_waits_for_a_recovery_is_given_up_and_the_next_is_done()
    {
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var mirror = _bench.Start(Table(), OneByOne, gated, _b);
        _bench.Settle();
        using var stop = new CancellationTokenSource();
        var given = Write(mirror, 0, stop.Token);
        var kept = BeginRegion(mirror, 0, 10);
        _bench.Settle();

        stop.Cancel();
        _bench.AssertCancelled(given);
        _bench.Simulation.Open(gated);
        _bench.Run(kept);

        AssertRegion(_b, 0, 10);
    }

    [Fact]
    public void Write_that_waits_for_its_mark_is_given_up_and_others_are_done()
    {
        var log = Gateable(LogDevice());
        log.OpenGate();
        var mirror = _bench.StartOn(log, InSyncOnDisk(), null, _a, _b);
        log.CloseGate(DeviceOperation.Write);
        using var stop = new CancellationTokenSource();
        var given = Write(mirror, 1, stop.Token);
        var kept = BeginRegion(mirror, 2, 10);
        _bench.Settle();

        stop.Cancel();
        _bench.AssertCancelled(given);
        _bench.Simulation.Open(log);
        _bench.Run(kept);
        _bench.Run(mirror.SuspendAsync());

        AssertRegion(_a, 1, 1);
        AssertRegion(_b, 2, 10);
    }

    [Fact]
    public void Write_in_flight_ends_on_all_legs_although_it_was_given_up()
    {
        var gated = CopySimulation.Gated(_b, DeviceOperation.Write);
        var mirror = _bench.Start(InSync(), _a, gated);
        using var stop = new CancellationTokenSource();
        var write = Write(mirror, 1, stop.Token);
        _bench.Settle();

        stop.Cancel();
        _bench.Settle();
        Assert.False(write.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(write);

        AssertRegion(_a, 1, 9);
        AssertRegion(_b, 1, 9);
    }

    private static Task Write(MirrorDevice mirror, int region, CancellationToken stop) => mirror.WriteAsync(
        region * RegionBytes,
        TestPatterns.Create(region * RegionBytes, RegionBytes, 9),
        WriteDurability.Cached,
        stop).AsTask();
}
