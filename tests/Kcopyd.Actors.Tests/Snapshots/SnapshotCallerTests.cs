using Akka.Actor;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Callers that block where their calls go on hold up nobody else.</summary>
public sealed class SnapshotCallerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ActorSystem _system = ActorSystem.Create("callers");
    private readonly ManualResetEventSlim _gate = new();

    public void Dispose()
    {
        _gate.Set();
        _system.Dispose();
        _gate.Dispose();
    }

    [Fact]
    public async Task Blocked_callers_do_not_hold_up_the_closing_of_the_origin()
    {
        var origin = OriginDevice.Create(_system, Origin());
        var snapshot = await origin.AddSnapshotAsync(Table(), Cow()).WaitAsync(Patience);
        await origin.SuspendAsync().WaitAsync(Patience);
        Task[] blocked =
        [
            BlockAfterAsync(BeginChunk(origin, 5, 2)),
            BlockAfterAsync(BeginFlush(origin)),
            BlockAfterAsync(snapshot.WaitUntilMergedAsync()),
            BlockAfterAsync(origin.DisposeAsync().AsTask()),
        ];

        await origin.DisposeAsync().AsTask().WaitAsync(Patience);
        await snapshot.DisposeAsync().AsTask().WaitAsync(Patience);

        Assert.All(blocked, task => Assert.False(task.IsCompleted));
        _gate.Set();
        await Task.WhenAll(blocked).WaitAsync(Patience);
    }

    [Fact]
    public async Task Blocked_caller_whose_write_outlives_the_origin_does_not_hold_up_the_device()
    {
        var gated = new GatedBlockDevice(Origin(), [DeviceOperation.Write]) { ContinuesInline = true };
        var origin = OriginDevice.Create(_system, gated);
        var write = BlockAfterAsync(BeginChunk(origin, 5, 2));
        await gated.WaitForAsync(1).WaitAsync(Patience);
        _system.Stop(origin.Actor);
        await Record.ExceptionAsync(() => origin.SuspendAsync().WaitAsync(Patience));

        gated.OpenGate();

        Assert.False(write.IsCompleted);
        _gate.Set();
        await write.WaitAsync(Patience);
    }

    /// <summary>Goes on on the thread that completes the call, and stays there until the gate opens.</summary>
    private async Task BlockAfterAsync(Task call)
    {
        await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_gate.Wait(Patience))
        {
            throw new TimeoutException("Nobody opened the gate.");
        }
    }
}
