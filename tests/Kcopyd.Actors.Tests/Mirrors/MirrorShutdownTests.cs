using Akka.Actor;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>The end of an actor system that has a mirror.</summary>
public sealed class MirrorShutdownTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Coordinated_shutdown_leaves_a_clean_log()
    {
        using var system = ActorSystem.Create("shutdown");
        var (a, b, log) = (Leg(1), Leg(1), LogDevice());
        var mirror = await MirrorDevice.CreateAsync(
            system, InSyncOnDisk(), new MirrorParts([a, b], log, AreOwned: false)).WaitAsync(Patience);
        await BeginRegion(mirror, 1, 9).WaitAsync(Patience);
        Assert.Equal(0b1111_1101, LoggedBits(log));

        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Patience);

        Assert.Equal(0xFF, LoggedBits(log));
        AssertRegion(b, 1, 9);
    }

    [Fact]
    public async Task Terminated_system_fails_what_waits()
    {
        using var system = ActorSystem.Create("terminate");
        var mirror = await MirrorDevice.CreateAsync(
            system, InSync(), new MirrorParts([Leg(1), Leg(1)], null, AreOwned: false)).WaitAsync(Patience);
        await mirror.SuspendAsync().WaitAsync(Patience);
        var waiting = BeginRegion(mirror, 1, 9);
        var check = mirror.CheckAsync();

        await system.Terminate().WaitAsync(Patience);

        var failure = await Assert.ThrowsAsync<DeviceException>(() => waiting.WaitAsync(Patience));
        Assert.Equal(DeviceErrorKind.Closed, failure.Kind);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => check.WaitAsync(Patience));
        await mirror.DisposeAsync().AsTask().WaitAsync(Patience);
    }
}
