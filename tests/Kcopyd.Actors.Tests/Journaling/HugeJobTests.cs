using System.Diagnostics;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>What a job of 10 TiB costs its journal.</summary>
public sealed class HugeJobTests
{
    private const long MaxBytes = 1024 * 1024;

    private const int StepsAtATime = 5_000;

    private static readonly ByteCount TenTebibytes = new(10L << 40);

    [Fact]
    public void Stream_of_a_job_of_ten_tebibytes_stays_under_a_mebibyte_all_the_time()
    {
        using var simulation = new JournaledSimulation
        {
            Journal = new JournalOptions
            {
                JournalPluginId = TestKit.Crashes.CrashingJournalStore.JournalPluginId,
                SnapshotPluginId = TestKit.Crashes.CrashingJournalStore.SnapshotPluginId,
            },
        };
        var loop = simulation.Simulation.Loop;
        var latency = TimeSpan.FromMilliseconds(250);
        var source = new NullBlockDevice(TenTebibytes) { ReportsHoles = true };
        var target = new SimulatedBlockDevice(new NullBlockDevice(TenTebibytes), loop)
        {
            MinLatency = latency,
            MaxLatency = latency * 2,
        };
        var options = new CopyOptions { SegmentSize = 64.MiB, InFlight = 2, Sparse = true };
        var client = simulation.Simulation.Client(simulation.Options with { PageBudget = 128.MiB });
        JournaledSimulation.Begin(client, JournaledSimulation.Request(options, source, target));

        var most = 0L;
        while (client.CompletedCount == 0)
        {
            var end = loop.Steps + StepsAtATime;
            loop.Run(() => loop.Steps >= end || client.CompletedCount > 0);
            var stream = simulation.Stream;
            most = Math.Max(most, stream.Bytes + stream.SnapshotBytes);
            Assert.InRange(most, 0, MaxBytes);
            Assert.InRange(stream.Rows, 0, 2 * simulation.Journal.SnapshotEvery);
        }

        var completed = client.Completions.Single();
        AssertGood(completed);
        Assert.Equal(TenTebibytes.Value, completed.Targets[0].BytesFlushed);
        Assert.InRange(simulation.Stream.Appended, 10_000, 100_000);
        Assert.InRange(loop.Now, TimeSpan.FromHours(4), TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task Job_of_ten_tebibytes_with_all_failures_that_are_kept_recovers_in_less_than_a_second()
    {
        await using var store = JournalStore.OnSqlite();
        var id = new CopyJobId("huge");
        var (record, next) = Worst();
        var serializer = store.System.Serialization.FindSerializerForType(typeof(JobSnapshot));
        var snapshot = serializer.ToBinary(record.ToSnapshot()).Length;
        var events = next.Sum(happened => serializer.ToBinary(happened).Length);

        // While one takes the place of another there are two.
        Assert.InRange((2 * snapshot) + events, 1, MaxBytes);

        await store.WriteAsync(id, [record.ToSnapshot(), .. next]);
        await store.Journal.FindAsync(id, default); // what is compiled once is compiled
        var watch = Stopwatch.StartNew();
        var job = await store.Journal.FindAsync(id, default);
        watch.Stop();

        Assert.Equal((JobStanding.Interrupted, 1_000), (job!.Standing, job.FailureCount));
        Assert.Equal(10_000 * 4096, job.ZeroedBytes);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    /// <summary>Almost all of the job, with everything on it that can go wrong, as a snapshot and the events after
    /// it.</summary>
    private static (JobRecord Record, JobEvent[] Next) Worst()
    {
        var count = TenTebibytes.Value / Sectors.Size;
        var stride = count / 11_000;
        var at = DateTimeOffset.UnixEpoch;
        var identity = new NullBlockDevice(TenTebibytes).Identity;
        var reason = new DeviceException(
            "/dev/disk/by-id/ata-VENDOR_MODEL-00001", DeviceOperation.Write, DeviceErrorKind.Io, "input/output error")
            .Message;
        var failures = Enumerable.Range(0, 1_000).Select(i => new CopyFailure(
            CopyFailureKind.Write, 0, SectorRange.Create(i * stride, 1_024), 5, false, reason));
        var zeroed = Enumerable.Range(1_000, 10_000).Select(i => new CopyFailure(
            CopyFailureKind.Read, null, SectorRange.Create((i * stride) + 8, 8), 5, false, string.Empty));
        var flushed = Enumerable.Range(0, 10_900).Select(i => SectorRange.Create((i * stride) + 1_024, stride - 1_024));
        var record = JobHistory.Fold(
        [
            new JobEvent.Created(new JobDescription(CopyJobKind.Copy, count, new("/s"), [new("/t"), new("/u")]), at),
            new JobEvent.RunStarted(1, at)
            {
                Run = "run",
                Runner = "process 1 on here",
                Options = CopyOptions.Default,
                Source = identity,
                Targets = [identity, identity],
            },
            new JobEvent.Checkpoint(1, 1, at)
            {
                Flushed =
                [
                    new FlushedRanges(TargetMask.Of(0), [.. flushed]),
                    new FlushedRanges(TargetMask.Of(1), [SectorRange.Create(0, 10_900 * stride)]),
                ],
                WriteErrors = TargetMask.Of(0),
                FailureCount = 1_000,
                Failures = [.. failures],
                Zeroed = [.. zeroed],
            },
        ]);
        var next = Enumerable.Range(0, 63).Select(i => new JobEvent.Checkpoint(1, 2 + i, at)
        {
            Flushed = [new FlushedRanges(TargetMask.All(2), [SectorRange.Create((10_900 + i) * stride, stride)])],
            WriteErrors = TargetMask.Of(0),
            FailureCount = 1_000,
        });
        return (record, [.. next, new JobEvent.RunEnded(1, JobStanding.Interrupted, string.Empty, at)]);
    }
}
