using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Ten thousand random jobs of one client, some of which fail, crash or are cancelled; each ends once and as
/// it must.</summary>
public sealed class TenThousandRandomJobsTests : IDisposable
{
    private const int Jobs = 10_000;

    private const int SectorsOfJob = 4;

    private const long Length = (long)Jobs * SectorsOfJob * Sectors.Size;

    private readonly CopySimulation _simulation = new();

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void Every_job_ends_once_and_as_its_faults_and_commands_allow() => SeededRuns.Run(3, seed =>
    {
        _simulation.Reseed(seed);
        var random = new Random(seed);
        var (source, target) = (Source(Length), Target(Length));
        var client = _simulation.Client(new KcopydClientOptions
        {
            PageBudget = (4 * random.Next(1, 9)).KiB,
            ActiveJobs = (int)Math.Pow(4, random.Next(6)),
        });
        var plans = Enumerable.Range(0, Jobs).Select(i => Plan.Draw(random, i)).ToList();

        plans.ForEach(plan => client.Tell(new ClientMessage.Copy(Request(plan, source, target))));
        Cancel(client, plans, random);
        _simulation.Loop.Run(() => client.CompletedCount >= Jobs, 10_000_000);

        client.AssertIdle();
        Assert.Equal(Jobs, client.Completions.Count());
        var endings = client.Completions.ToDictionary(completed => completed.Job.Value);
        plans.ForEach(plan => AssertEnding(plan, endings[plan.Name], target));
        Assert.Equal(3, endings.Values.Select(completed => completed.Outcome).Distinct().Count());
    });

    private static void AssertEnding(Plan plan, CopyCompleted completed, MemoryBlockDevice target)
    {
        var isGood = completed.Outcome == CopyOutcome.Completed;
        var isCancelled = completed.Outcome == CopyOutcome.Cancelled;
        var what = $"{plan}: {completed}";
        Assert.True(plan.IsCancelled || !isCancelled, what);
        Assert.True(isCancelled || isGood != plan.MustFail, what);
        Assert.True(isGood || isCancelled || completed.Outcome == CopyOutcome.Failed, what);
        Assert.True(!isGood || completed is { ReadError: false, WriteErrors: 0, FailureCount: 0 }, what);
        Assert.True(plan.MustFail || (!completed.ReadError && completed.WriteErrors == 0), what);
        if (completed.Outcome == CopyOutcome.Failed && plan.Fault!.Effect == DeviceFaultEffect.Fail)
        {
            var isRead = plan.Fault.Operation == DeviceOperation.Read;
            Assert.True(completed.ReadError == isRead && completed.WriteErrors == (isRead ? 0UL : 1UL), what);
        }

        var bytes = new byte[plan.Count * Sectors.Size];
        var start = plan.Start * Sectors.Size;
        target.Read(start, bytes);
        Assert.True(!isGood || TestPatterns.FirstDifference(bytes, start, SourceSeed) is null, what);
    }

    private static CopyRequest Request(Plan plan, MemoryBlockDevice source, MemoryBlockDevice target)
    {
        var from = plan.Fault?.Operation == DeviceOperation.Read ? new FaultyBlockDevice(source, plan.Fault) : null;
        var to = plan.Fault?.Operation == DeviceOperation.Write ? new FaultyBlockDevice(target, plan.Fault) : null;
        var sourceRegion = Region((IBlockDevice?)from ?? source, plan.Start, plan.Count);
        return CopyRequest.Copy(sourceRegion, Region((IBlockDevice?)to ?? target, plan.Start, plan.Count)) with
        {
            Name = plan.Name,
            Options = Pages,
        };
    }

    /// <summary>Cancels some in a random order, a few steps apart, from the first to the last ones.</summary>
    private void Cancel(SimulatedClient client, List<Plan> plans, Random random)
    {
        foreach (var plan in plans.Where(plan => plan.IsCancelled).OrderBy(plan => plan.Start + random.Next(4_000)))
        {
            client.Tell(new ClientMessage.CancelJob(new CopyJobId(plan.Name)));
            var end = _simulation.Loop.Steps + random.Next(100);
            _simulation.Loop.Run(() => _simulation.Loop.Steps >= end || _simulation.Loop.Runnable == 0);
        }
    }

    /// <summary>What is to happen to a job.</summary>
    private sealed record Plan(string Name, long Start, int Count, DeviceFault? Fault, bool IsCancelled)
    {
        /// <summary>Whether it cannot complete: an error is final, a crash is tried again as often as the rules
        /// say.</summary>
        public bool MustFail => Fault is { } fault
            && (fault.Effect == DeviceFaultEffect.Fail || fault.Times >= CopyJobState.MaxAttempts);

        public static Plan Draw(Random random, int index)
        {
            var isFaulty = random.Next(4) == 0;
            var fault = new DeviceFault(random.Next(2) == 0 ? DeviceOperation.Read : DeviceOperation.Write)
            {
                Effect = (DeviceFaultEffect)random.Next(3),
                Times = random.Next(1, 5),
            };
            return new Plan(
                $"random-{index}",
                index * SectorsOfJob,
                random.Next(1, SectorsOfJob + 1),
                isFaulty ? fault : null,
                random.Next(8) == 0);
        }
    }
}
