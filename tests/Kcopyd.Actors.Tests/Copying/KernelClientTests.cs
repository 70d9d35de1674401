using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>K12 to K20 of the kernel facts: zeroing, pages, callbacks, throttle, closing.</summary>
public sealed class KernelClientTests
{
    [Fact]
    public void K12_zeroing_by_command_takes_no_pages() => CopySimulation.InManyOrders(simulation =>
    {
        var memories = new[] { Target(3 * 4096), Target(3 * 4096) };
        var targets = memories.Select(memory => new CountingBlockDevice(memory)).ToArray();
        var client = simulation.Client();

        AssertGood(client.Run(Zero(Pages, targets.Select(simulation.On))));

        Assert.All(targets, target => Assert.Equal(
            (3, 0), (target[DeviceOperation.WriteZeroes].Completed, target[DeviceOperation.Write].Begun)));
        Assert.All(memories, memory => Assert.All(Bytes(memory), value => Assert.Equal(0, value)));
        Assert.Equal(0, client.Status.PeakPages);
    });

    [Fact]
    public void K12_one_target_without_the_command_has_zeros_written_to_all() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var memories = new[] { Target(3 * 4096), Target(3 * 4096) };
        var able = new CountingBlockDevice(memories[0]);
        var unable = new CountingBlockDevice(
            new LimitedBlockDevice(memories[1]) { Without = BlockDeviceAbilities.WriteZeroes });
        var client = simulation.Client();

        AssertGood(client.Run(Zero(Pages, able, unable)));

        Assert.Equal((3, 0), (able[DeviceOperation.Write].Completed, able[DeviceOperation.WriteZeroes].Begun));
        Assert.Equal((3, 0), (unable[DeviceOperation.Write].Completed, unable[DeviceOperation.WriteZeroes].Begun));
        Assert.All(memories, memory => Assert.All(Bytes(memory), value => Assert.Equal(0, value)));
        Assert.Equal(0, client.Status.PeakPages);
    });

    [Fact]
    public void K13_refused_write_zeroes_falls_back_to_writing_zeros() => CopySimulation.InManyOrders(simulation =>
    {
        var memory = Target(3 * 4096);
        var target = new FaultyBlockDevice(memory, DeviceFault.Unsupported(DeviceOperation.WriteZeroes));

        AssertGood(simulation.Client().Run(Zero(Pages, simulation.On(target))));

        Assert.Equal(3, target.Faults);
        Assert.All(Bytes(memory), value => Assert.Equal(0, value));
    });

    [Fact]
    public void K13_write_zeroes_that_fails_otherwise_is_a_write_error() => CopySimulation.InManyOrders(simulation =>
    {
        var target = new CountingBlockDevice(
            new FaultyBlockDevice(Target(4096), new DeviceFault(DeviceOperation.WriteZeroes)));

        var completed = simulation.Client().Run(Zero(Pages, simulation.On(target)));

        Assert.Equal((CopyOutcome.Failed, 1UL), (completed.Outcome, completed.WriteErrors));
        Assert.Equal(0, target[DeviceOperation.Write].Begun);
    });

    [Fact]
    public void K14_budget_of_one_segment_serves_all_jobs_in_the_order_of_their_requests() =>
        CopySimulation.InManyOrders(simulation =>
        {
            var log = new DeviceLog();
            var client = simulation.Client(new KcopydClientOptions { PageBudget = 4.KiB, ActiveJobs = 1 });
            var targets = Enumerable.Range(0, 10).Select(_ => Target(3 * 4096)).ToList();

            var jobs = targets.Select((target, i) => client.Ask<ClientMessage.CopyAccepted>(new ClientMessage.Copy(Copy(
                simulation.On(new RecordingBlockDevice(Source(3 * 4096), log, $"{i}")), simulation.On(target)))).Job);
            Assert.All(jobs.ToList(), job => AssertGood(client.Completion(job)));

            Assert.All(targets, target => AssertCopied(target));
            var reads = log.Find(DeviceLogPhase.Begun, DeviceOperation.Read);
            Assert.Equal(Enumerable.Range(0, 30).Select(i => ($"{i / 3}", i % 3 * 8L)),
                reads.Select(read => (read.Device, read.Request.Range.Start)));
            Assert.Equal(1, client.Status.PeakPages);
            client.AssertIdle();
        });

    [Fact]
    public void K15_small_job_does_not_overtake_a_big_one_that_waits_for_pages() => CopySimulation.InManyOrders(
        simulation =>
        {
            var client = simulation.ClientOfPages(3);
            var first = CopySimulation.Gated(Source(4096));
            var (big, small) = (CopySimulation.Gated(Source(3 * 4096)), CopySimulation.Gated(Source(512)));
            client.Start(Copy(first, Target(4096)));
            client.Start(Copy(Pages with { SegmentSize = 12.KiB }, big, Target(3 * 4096)));
            client.Start(Copy(small, Target(512)));

            Assert.Equal((1, 0, 0), (first.Waiting.Length, big.Waiting.Length, small.Waiting.Length));
            Assert.Equal((1, 2), (client.Status.TakenPages, client.Status.WaitingSegments));
            simulation.Open(first);
            Assert.Equal((1, 0), (big.Waiting.Length, small.Waiting.Length));
            simulation.Open(big);
            Assert.Single(small.Waiting);
            simulation.Open(small);
            client.AssertIdle();
        });

    [Fact]
    public void K19_half_throttle_keeps_io_in_flight_half_of_the_time()
    {
        var share = BusyShare(50);

        Assert.InRange(share, 0.40, 0.60);
    }

    [Fact]
    public void K19_full_throttle_delays_nothing() => Assert.InRange(BusyShare(100), 0.999, 1);

    [Fact]
    public void K19_throttle_of_zero_still_progresses_by_a_piece_a_second()
    {
        using var simulation = new CopySimulation();
        var source = simulation.On(Source(10 * 4096));
        var client = simulation.Client(new KcopydClientOptions { Percent = 0 });
        var options = Pages with { InFlight = 1 };

        var completed = client.Run(Copy(options, Slow(simulation, source), Target(10 * 4096)));

        AssertGood(completed);
        Assert.InRange(completed.Elapsed.TotalSeconds, 8, 11);
    }

    /// <summary>The share of the time that a saturating copy has I/O in flight.</summary>
    private static double BusyShare(int percent)
    {
        using var simulation = new CopySimulation();
        var client = simulation.Client(new KcopydClientOptions { Percent = percent });
        var options = Pages with { InFlight = 1 };

        var completed = client.Run(Copy(options, Slow(simulation, Source(2000 * 4096)), Target(2000 * 4096)));

        AssertGood(completed);
        return 2000 * 0.005 / completed.Elapsed.TotalSeconds;
    }

    /// <summary>A device that takes 5 ms for each request.</summary>
    private static Kcopyd.Actors.TestKit.Simulation.SimulatedBlockDevice Slow(
        CopySimulation simulation, IBlockDevice device) =>
        new(device, simulation.Loop)
        {
            MinLatency = TimeSpan.FromMilliseconds(5),
            MaxLatency = TimeSpan.FromMilliseconds(5),
        };
}
