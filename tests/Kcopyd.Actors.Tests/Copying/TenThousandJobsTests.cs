using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Ten thousand queued jobs on a budget of one segment, in a simulation.</summary>
public sealed class TenThousandJobsTests : IDisposable
{
    private const int Jobs = 10_000;

    private readonly CopySimulation _simulation = new();
    private readonly MemoryBlockDevice[] _devices = [Source(Jobs * 512), Target(Jobs * 512)];

    private MemoryBlockDevice SourceDevice => _devices[0];

    private MemoryBlockDevice TargetDevice => _devices[1];

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void All_finish_and_get_their_page_in_the_order_in_which_they_came()
    {
        var log = new DeviceLog();
        var source = _simulation.On(new RecordingBlockDevice(SourceDevice, log, "source"));
        var client = _simulation.Client(new KcopydClientOptions { PageBudget = 4.KiB, ActiveJobs = 1 });

        Submit(client, _ => (source, TargetDevice), Pages);
        AwaitAll(client);

        AssertCopied(TargetDevice);
        Assert.All(client.Completions, AssertGood);
        var reads = log.Find(DeviceLogPhase.Begun, DeviceOperation.Read).Select(entry => entry.Request.Range.Start);
        Assert.Equal(Enumerable.Range(0, Jobs).Select(i => (long)i), reads);
        Assert.Equal(1, client.Status.PeakPages);
    }

    [Fact]
    public void All_finish_exactly_once_with_random_errors_crashes_and_cancellations() => SeededRuns.Run(1, seed =>
    {
        _simulation.Reseed(seed);
        var random = new Random(seed);
        var client = _simulation.Client(new KcopydClientOptions { PageBudget = 4.KiB });

        Submit(client, _ => (Faulty(DeviceOperation.Read), Faulty(DeviceOperation.Write)), Pages);
        for (var i = 0; i < 500; i++)
        {
            client.Tell(new ClientMessage.CancelJob(new CopyJobId($"job-{random.Next(1, Jobs + 1)}")));
            var end = _simulation.Loop.Steps + random.Next(50);
            _simulation.Loop.Run(() => _simulation.Loop.Steps >= end);
        }

        AwaitAll(client);

        Assert.Equal(1, client.Status.PeakPages);
        var outcomes = client.Completions.ToDictionary(completed => completed.Job, completed => completed.Outcome);
        Assert.Equal(Jobs, outcomes.Count);
        Assert.True(outcomes.Values.Distinct().Count() == 3, string.Join(' ', outcomes.Values.Distinct()));
        for (var i = 0; i < Jobs; i++)
        {
            var isCopied = outcomes[new CopyJobId($"job-{i + 1}")] == CopyOutcome.Completed;
            var bytes = Bytes(TargetDevice, i);
            Assert.True(!isCopied || TestPatterns.FirstDifference(bytes, i * 512L, SourceSeed) is null, $"Job {i + 1}");
        }

        IBlockDevice Faulty(DeviceOperation operation)
        {
            var inner = operation == DeviceOperation.Read ? SourceDevice : TargetDevice;
            var fault = new DeviceFault(operation)
            {
                Effect = (DeviceFaultEffect)random.Next(3),
                Times = random.Next(1, 5),
            };
            return random.Next(5) > 0 ? inner : _simulation.On(new FaultyBlockDevice(inner, fault));
        }
    });

    private static byte[] Bytes(MemoryBlockDevice device, int sector)
    {
        var bytes = new byte[512];
        device.Read(sector * 512L, bytes);
        return bytes;
    }

    private static void Submit(
        SimulatedClient client, Func<int, (IBlockDevice Source, IBlockDevice Target)> devices, CopyOptions options)
    {
        for (var i = 0; i < Jobs; i++)
        {
            var (source, target) = devices(i);
            client.Tell(new ClientMessage.Copy(
                CopyRequest.Copy(Region(source, i, 1), Region(target, i, 1)) with { Options = options }));
        }
    }

    private void AwaitAll(SimulatedClient client)
    {
        _simulation.Loop.Run(() => client.CompletedCount >= Jobs, 5_000_000);
        client.AssertIdle();
        Assert.Equal(Jobs, client.Completions.Count());
    }
}
