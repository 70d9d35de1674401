using Akka.Actor;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>The end of a mirror: disposed, shut down, crashed.</summary>
public sealed class MirrorClosingTests : IDisposable
{
    private readonly MirrorBench _bench = new();
    private readonly MemoryBlockDevice _a = Leg(1);
    private readonly MemoryBlockDevice _b = Leg(1);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Disposed_mirror_leaves_a_clean_log_and_refuses_everything()
    {
        var log = LogDevice();
        var mirror = _bench.StartOn(log, InSyncOnDisk(), null, _a, _b);
        _bench.WriteRegion(mirror, 1, 9);

        _bench.Run(mirror.DisposeAsync());
        _bench.Run(mirror.DisposeAsync());

        Assert.Equal(0xFF, LoggedBits(log));
        AssertClosed(BeginRegion(mirror, 1, 10));
        AssertClosed(BeginFlush(mirror));
        AssertClosed(mirror.ReadAsync(0, new byte[512], default).AsTask());
        _bench.Failure<ObjectDisposedException>(mirror.GetStatusAsync());
        _bench.Failure<ObjectDisposedException>(mirror.SuspendAsync());
    }

    [Fact]
    public void Devices_are_closed_only_where_they_are_owned()
    {
        var mirror = _bench.Start(InSync(), _a, _b);
        _bench.Run(mirror.DisposeAsync());
        AssertRegion(_a, 0, 1);

        var owner = _bench.Run(MirrorDevice.CreateAsync(
            _bench.System, InSync(), new MirrorParts([_a, _b], null, AreOwned: true)));
        _bench.Run(owner.DisposeAsync());

        Assert.Throws<DeviceException>(() => AssertRegion(_a, 0, 1));
        Assert.Throws<DeviceException>(() => AssertRegion(_b, 0, 1));
    }

    [Fact]
    public void Held_and_waiting_writes_fail_when_the_mirror_is_disposed()
    {
        var bad = new SwitchedDevice(_b);
        var mirror = _bench.Start(InSync("1 handle_errors"), _a, bad);
        bad.Fail(DeviceOperation.Write);
        var held = BeginRegion(mirror, 1, 9);
        _bench.Settle();

        var closed = mirror.DisposeAsync().AsTask();
        var late = BeginRegion(mirror, 2, 9);
        _bench.Run(closed);

        _bench.AssertEio(held);
        AssertClosed(late);
    }

    [Fact]
    public void Writes_that_wait_for_resume_fail_when_the_mirror_is_disposed()
    {
        var mirror = _bench.Start(InSync(), _a, _b);
        _bench.Run(mirror.SuspendAsync());
        var waiting = BeginRegion(mirror, 1, 9);
        var inSync = mirror.CheckAsync();

        _bench.Run(mirror.DisposeAsync());

        AssertClosed(waiting);
        _bench.Failure<ObjectDisposedException>(inSync);
    }

    [Fact]
    public void Recovery_is_waited_for_up_to_the_region_in_flight()
    {
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var mirror = _bench.Start(Table(), OneByOne, gated, _b);
        _bench.Settle();
        var inSync = mirror.WaitUntilInSyncAsync();

        var (first, second) = (mirror.DisposeAsync().AsTask(), mirror.DisposeAsync().AsTask());
        _bench.Settle();
        Assert.False(first.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(Task.WhenAll(first, second));

        _bench.Failure<ObjectDisposedException>(inSync);
        Assert.True(_bench.Loop.Now < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Closing_gives_up_a_recovery_that_hangs()
    {
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var mirror = _bench.Start(Table(), OneByOne, gated, _b);
        _bench.Settle();

        _bench.Run(mirror.DisposeAsync());

        Assert.InRange(_bench.Loop.Now, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.5));
        _bench.Simulation.Open(gated);
    }

    [Fact]
    public void Closing_gives_up_a_log_that_hangs_and_its_memory_outlives_that()
    {
        var log = Gateable(LogDevice());
        var mirror = _bench.StartOn(log, InSyncOnDisk(), null, _a, _b);
        log.CloseGate(DeviceOperation.Write);
        var write = BeginRegion(mirror, 1, 9);
        _bench.Settle();

        _bench.Run(mirror.DisposeAsync());

        AssertClosed(write);
        AssertRegion(_a, 1, 1);
        _bench.Simulation.Open(log);
    }

    [Fact]
    public void Write_of_a_mirror_that_is_gone_ends_when_no_leg_has_its_buffer_any_more()
    {
        var gated = CopySimulation.Gated(_b, DeviceOperation.Write);
        var mirror = _bench.Start(InSync(), _a, gated);
        var write = BeginRegion(mirror, 1, 9);
        _bench.Settle();

        _bench.Crash(mirror);
        Assert.False(write.IsCompleted);
        _bench.Simulation.Open(gated);

        AssertClosed(write);
    }

    [Theory]
    [InlineData(DeviceFaultEffect.CrashOnCall)]
    [InlineData(DeviceFaultEffect.CrashLater)]
    public void Crash_of_the_actor_fails_every_request_and_hangs_nobody(DeviceFaultEffect effect)
    {
        var fault = new DeviceFault(DeviceOperation.Write) { Effect = effect };
        var mirror = _bench.Start(InSync(), _a, new FaultyBlockDevice(_bench.Simulation.On(_b), fault));

        var writes = Enumerable.Range(0, Regions).Select(region => BeginRegion(mirror, region, 9)).ToList();
        var flush = BeginFlush(mirror);
        var suspended = mirror.SuspendAsync();
        _bench.Settle();

        Assert.All(writes, write => Assert.True(write.IsCompleted));
        Assert.Contains(writes, write => write.IsFaulted);
        Assert.All(writes.Where(write => write.IsFaulted), AssertClosed);
        Assert.True(flush.IsCompleted && suspended.IsFaulted);
        AssertClosed(BeginRegion(mirror, 0, 9));
        _bench.Run(mirror.DisposeAsync());
        AssertRegion(_a, 7, 9);
    }

    [Fact]
    public void Crash_of_the_client_ends_the_mirror()
    {
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var mirror = _bench.Start(Table(), OneByOne, gated, _b);
        _bench.Settle();
        var waiting = BeginRegion(mirror, 0, 9);
        _bench.Settle();

        _bench.System.ActorSelection(mirror.Actor.Path / "client").Tell(PoisonPill.Instance);
        _bench.Simulation.Open(gated);

        AssertClosed(waiting);
        _bench.Run(mirror.DisposeAsync());
    }

    private void AssertClosed(Task task) =>
        Assert.Equal(DeviceErrorKind.Closed, _bench.Failure<DeviceException>(task).Kind);
}
