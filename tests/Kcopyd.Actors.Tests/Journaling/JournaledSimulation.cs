using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Hosting;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using Microsoft.Extensions.Logging.Abstractions;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Journaled jobs in a simulation, on a journal that a test can hinder, and devices that take their time and
/// write down what they did.</summary>
internal sealed class JournaledSimulation : IDisposable
{
    public const int Segments = 64;

    public const int Length = Segments * 4096;

    public const string JobName = "job";

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public JournaledSimulation(int seed = 0)
    {
        Store = new CrashingJournalStore(new PowerSupply(seed));
        Simulation = new CopySimulation(seed, config: Store.Config);
        KcopydSerialization.Register(Simulation.System);
        Source = Source(Length);
        Target = Target(Length);
    }

    public CrashingJournalStore Store { get; }

    public CopySimulation Simulation { get; }

    /// <summary>What the devices did, by the names that they have there.</summary>
    public DeviceLog Log { get; } = new();

    public MemoryBlockDevice Source { get; }

    public MemoryBlockDevice Target { get; }

    /// <summary>How long a device takes at least.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(10);

    public JournalOptions Journal { get; init; } = new()
    {
        Interval = TimeSpan.FromMilliseconds(100),
        SnapshotEvery = 10_000,
        JournalPluginId = CrashingJournalStore.JournalPluginId,
        SnapshotPluginId = CrashingJournalStore.SnapshotPluginId,
    };

    public KcopydClientOptions Options => new() { Journal = Journal };

    public string StreamName => JobPersistenceId.Of(new CopyJobId(JobName));

    public JournalStream Stream => Store.Stream(StreamName);

    public IReadOnlyList<JobEvent> Events => [.. Store.Events(StreamName, Simulation.System).Cast<JobEvent>()];

    /// <summary>What the journal knows of the job.</summary>
    public JobRecord Record => JobHistory.Fold(Events);

    public int WritesBegun => Log.Find(DeviceLogPhase.Begun, DeviceOperation.Write).Length;

    public void Dispose()
    {
        Simulation.Dispose();
        Store.Dispose();
    }

    public SimulatedClient Client() => Simulation.Client(Options);

    public IBlockDevice On(IBlockDevice device, string name) =>
        new SimulatedBlockDevice(new RecordingBlockDevice(device, Log, name), Simulation.Loop)
        {
            MinLatency = Latency,
            MaxLatency = Latency * 3,
        };

    /// <summary>The journaled copy of the source to the target.</summary>
    public CopyRequest Request(JobStartPolicy policy = JobStartPolicy.Continue) =>
        Request(Pages, On(Source, "source"), On(Target, "target")) with
        {
            Journaling = new JobJournaling { Policy = policy },
        };

    public static CopyRequest Request(CopyOptions options, IBlockDevice source, params IEnumerable<IBlockDevice> to) =>
        Copy(options, source, to) with { Name = JobName, Journaling = JobJournaling.Default };

    /// <summary>Has a job accepted; it does not run yet.</summary>
    public static CopyJobId Begin(SimulatedClient client, CopyRequest request) =>
        client.Ask<ClientMessage.CopyAccepted>(new ClientMessage.Copy(request)).Job;

    /// <summary>Lets time pass, a little at a time, until a condition holds.</summary>
    public void Until(Func<bool> condition)
    {
        for (var steps = 0; !condition(); steps++)
        {
            Assert.True(steps < 100_000, $"It did not come to that by {Simulation.Loop}.");
            Simulation.Loop.Advance(Step);
        }
    }

    /// <summary>Runs a job until a share of it is done and journaled.</summary>
    public void UntilJournaled(SimulatedClient client, CopyJobId job, double share) =>
        Until(() => client.Progress(job).Targets[0].Journaled.Value >= share * Length);

    /// <summary>Ends a client as a killed process ends: nothing more is settled or journaled.</summary>
    public void Kill(SimulatedClient client)
    {
        Simulation.System.Stop(client.Actor);
        Simulation.Settle();
        Simulation.Loop.Advance(TimeSpan.FromSeconds(10));
    }

    /// <summary>As another process does that got hold of the job.</summary>
    public void AppendAsOther(params IEnumerable<JobEvent> events)
    {
        foreach (var happened in events)
        {
            Store.AppendAsOther(StreamName, happened, Simulation.System);
        }
    }

    /// <summary>The run of another process.</summary>
    public JobEvent.RunStarted OtherRun(CopyRequest request, long epoch)
    {
        var run = Setup(request).Run(epoch, TargetMask.None, Simulation.System.Scheduler.Now);
        return run with { Runner = "process 7 on elsewhere" };
    }

    /// <summary>What an earlier run left: these ranges of sectors on each target.</summary>
    public void Leave(CopyRequest request, params IEnumerable<SectorRange[]> flushed)
    {
        var at = Simulation.System.Scheduler.Now;
        AppendAsOther(
            new JobEvent.Created(Setup(request).Description, at),
            OtherRun(request, 1),
            new JobEvent.Checkpoint(1, 1, at)
            {
                Flushed = [.. flushed.Select((ranges, i) => new FlushedRanges(TargetMask.Of(i), [.. ranges]))],
            },
            new JobEvent.RunEnded(1, JobStanding.Interrupted, string.Empty, at));
    }

    /// <summary>The sectors that completed requests of one kind touched on a device, once for each.</summary>
    public IReadOnlyList<long> Sectors(string device, DeviceOperation operation) =>
    [
        .. Log.Find(DeviceLogPhase.Completed, operation, device)
            .SelectMany(entry => JobModel.Sectors([entry.Request.Range]))
            .Order(),
    ];

    private JobJournalSetup Setup(CopyRequest request) =>
        new(new CopyJobId(JobName), Journal, request, NullLogger.Instance);
}
