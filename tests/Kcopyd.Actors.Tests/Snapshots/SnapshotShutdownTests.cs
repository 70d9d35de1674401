using Akka.Actor;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>The end of an actor system that has an origin.</summary>
public sealed class SnapshotShutdownTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Coordinated_shutdown_ends_copies_before_the_mirror_that_the_origin_stands_on()
    {
        using var system = ActorSystem.Create("shutdown");
        var (leg, cow) = (Origin(), Cow());
        var mirror = await MirrorDevice.CreateAsync(
            system,
            MirrorBench.Table("core 2 16 nosync", sectors: Length / 512),
            new MirrorParts([leg, Origin()], null, AreOwned: false)).WaitAsync(Patience);
        var origin = OriginDevice.Create(system, mirror, isOwned: true);
        var gated = new GatedBlockDevice(cow, []);
        var snapshot = await origin.AddSnapshotAsync(Table(), gated).WaitAsync(Patience);
        gated.CloseGate(DeviceOperation.Write);
        var write = BeginChunk(origin, 5, 2);
        await gated.WaitForAsync(1).WaitAsync(Patience);

        var shutdown = CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        await UntilClosingAsync(snapshot).WaitAsync(Patience);
        gated.OpenGate();
        await shutdown.WaitAsync(Patience);
        await write.WaitAsync(Patience);

        Assert.Equal(1, ValidOf(cow));
        AssertHolds(leg, 5, 2);
        Assert.Equal(new Core.Snapshots.CowEntry(5, 2), Entry(cow, 0, 0));
        await snapshot.DisposeAsync();
    }

    [Fact]
    public async Task Terminated_system_fails_what_waits()
    {
        using var system = ActorSystem.Create("terminate");
        var origin = OriginDevice.Create(system, Origin());
        var snapshot = await origin.AddSnapshotAsync(Table(), Cow()).WaitAsync(Patience);
        await origin.SuspendAsync().WaitAsync(Patience);
        var write = BeginChunk(origin, 5, 2);
        var merged = snapshot.WaitUntilMergedAsync();

        await system.Terminate().WaitAsync(Patience);

        var failure = await Assert.ThrowsAsync<DeviceException>(() => write.WaitAsync(Patience));
        Assert.Equal(DeviceErrorKind.Closed, failure.Kind);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => merged.WaitAsync(Patience));
        await origin.DisposeAsync().AsTask().WaitAsync(Patience);
        await snapshot.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    /// <summary>Asks until the answer is that the origin is being closed.</summary>
    private static async Task UntilClosingAsync(SnapshotDevice snapshot)
    {
        while (await Record.ExceptionAsync(() => snapshot.ResumeAsync()) is not ObjectDisposedException)
        {
        }
    }
}
