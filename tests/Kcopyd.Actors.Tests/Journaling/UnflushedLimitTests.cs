using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>No target ever has more unflushed than it may, however slowly it flushes.</summary>
public sealed class UnflushedLimitTests : IDisposable
{
    private static readonly ByteCount Limit = 1.MiB;

    private readonly JournaledSimulation _simulation = new()
    {
        Journal = new()
        {
            UnflushedLimit = Limit,
            JournalPluginId = CrashingJournalStore.JournalPluginId,
            SnapshotPluginId = CrashingJournalStore.SnapshotPluginId,
        },
    };

    public void Dispose() => _simulation.Dispose();

    [Theory]
    [InlineData(16, 64)]
    [InlineData(64, 8)]
    [InlineData(128, 8)]
    [InlineData(300, 3)]
    [InlineData(1_024, 4)] // a segment is no more than half of the limit
    [InlineData(4_096, 2)]
    public void Limit_holds_on_every_target_with_pauses_and_at_least_half_of_it_is_used(int kibibytes, int inFlight)
    {
        var length = 16 * Limit.Value;
        var (source, fast, slow) = (Source(length), Target(length), Target(length));
        var (first, second) = (Counted(fast, 5), Counted(slow, 500));
        var options = new CopyOptions { SegmentSize = kibibytes.KiB, InFlight = inFlight };
        var client = _simulation.Client();
        var request = JournaledSimulation.Request(options, _simulation.Simulation.On(source), first, second);
        var job = JournaledSimulation.Begin(client, request);
        for (var pauses = 0; client.CompletedCount == 0; pauses++)
        {
            _simulation.Simulation.Loop.Advance(TimeSpan.FromMilliseconds(300 + (pauses % 7 * 50)));
            client.Tell(new ClientMessage.PauseJob(job));
            _simulation.Simulation.Loop.Advance(TimeSpan.FromMilliseconds(20 * (pauses % 5)));
            client.Tell(new ClientMessage.ResumeJob(job));
        }

        AssertGood(client.Completion(job));
        AssertCopied(fast);
        AssertCopied(slow);
        Assert.InRange(first.MostBytes, Limit.Value / 2, Limit.Value);
        Assert.InRange(second.MostBytes, Limit.Value / 2, Limit.Value);
        Assert.InRange(second.Flushes, 16, 1_000);
    }

    private UnflushedBytesDevice Counted(MemoryBlockDevice device, int milliseconds)
    {
        var loop = _simulation.Simulation.Loop;
        var simulated = new SimulatedBlockDevice(device, loop)
        {
            MinLatency = TimeSpan.FromMilliseconds(1),
            MaxLatency = TimeSpan.FromMilliseconds(9),
        };
        return new UnflushedBytesDevice(simulated, loop, TimeSpan.FromMilliseconds(milliseconds));
    }
}
