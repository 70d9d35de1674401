using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>What depends on time: rates, stalls, progress.</summary>
public sealed class TimeTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly CopySimulation _simulation = new();

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void Rate_is_kept()
    {
        var client = _simulation.Client(new KcopydClientOptions { BytesPerSecond = 40.KiB });

        var completed = client.Run(Copy(Source(100 * 4096), Target(100 * 4096)));

        AssertGood(completed);
        Assert.InRange(completed.Elapsed.TotalSeconds, 9.8, 10.1);
    }

    [Fact]
    public void Rate_counts_the_source_once_however_many_targets_there_are()
    {
        var client = _simulation.Client(new KcopydClientOptions { BytesPerSecond = 40.KiB });

        var completed = client.Run(Copy(
            Source(50 * 4096), Enumerable.Range(0, 4).Select(_ => Target(50 * 4096))));

        Assert.InRange(completed.Elapsed.TotalSeconds, 4.8, 5.1);
    }

    [Fact]
    public void Rate_is_shared_by_the_jobs_of_a_client()
    {
        var client = _simulation.Client(new KcopydClientOptions { BytesPerSecond = 40.KiB });

        var jobs = Enumerable.Range(0, 4).Select(_ =>
            client.Start(Copy(Source(25 * 4096), Target(25 * 4096)))).ToList();

        Assert.InRange(jobs.Max(job => client.Completion(job).Elapsed.TotalSeconds), 9.7, 10.1);
    }

    [Fact]
    public void Rate_is_changed_while_a_job_runs()
    {
        var client = _simulation.Client(new KcopydClientOptions { BytesPerSecond = 4.KiB });
        var job = client.Start(Copy(Source(100 * 4096), Target(100 * 4096)));

        _simulation.Loop.Advance(10 * Second);
        Assert.InRange(client.Progress(job).Done.Value, 9 * 4096, 11 * 4096);
        client.Tell(new ClientMessage.SetThrottle(40.KiB, null));
        _simulation.Loop.Advance(Second);
        Assert.InRange(client.Progress(job).Done.Value, 19 * 4096, 22 * 4096);
        client.Tell(new ClientMessage.SetThrottle(ByteCount.Zero, null));

        Assert.InRange(client.Completion(job).Elapsed.TotalSeconds, 11, 11.2);
    }

    [Fact]
    public void Raised_rate_does_not_wait_for_the_timer_of_the_old_one()
    {
        var client = _simulation.Client(new KcopydClientOptions { BytesPerSecond = new ByteCount(1) });
        var job = client.Start(Copy(Source(10 * 4096), Target(10 * 4096)));
        _simulation.Loop.Advance(Second);

        client.Tell(new ClientMessage.SetThrottle(4.KiB, null));

        Assert.InRange(client.Completion(job).Elapsed.TotalSeconds, 9, 12);
    }

    [Fact]
    public void Cancelled_job_does_not_wait_for_the_throttle()
    {
        var client = _simulation.Client(new KcopydClientOptions { BytesPerSecond = new ByteCount(1) });
        var job = client.Start(Copy(Source(10 * 4096), Target(10 * 4096)));

        client.Tell(new ClientMessage.CancelJob(job));

        Assert.InRange(client.Completion(job).Elapsed, TimeSpan.Zero, Second);
        client.AssertIdle();
    }

    [Fact]
    public void Percentage_is_changed_while_a_job_runs()
    {
        var client = _simulation.Client(new KcopydClientOptions { Percent = 0 });
        var job = client.Start(Copy(Pages with { InFlight = 1 }, Source(1000 * 4096), Slow(Target(1000 * 4096))));
        _simulation.Loop.Advance(10 * Second);
        Assert.InRange(client.Progress(job).Done.Value, 8 * 4096, 12 * 4096);

        client.Tell(new ClientMessage.SetThrottle(null, 100));

        Assert.Equal(100, client.Status.Percent);
        Assert.InRange(client.Completion(job).Elapsed.TotalSeconds, 19, 21.5);
    }

    [Fact]
    public void Stall_is_told_after_45_seconds_and_not_before()
    {
        var source = CopySimulation.Gated(Source(20 * 4096));
        var client = _simulation.Client();
        var job = client.Start(Copy(source, Target(20 * 4096)));

        _simulation.Loop.Advance(45 * Second - TimeSpan.FromTicks(1));
        Assert.Equal(CopyJobStatus.Running, client.Progress(job).Status);
        _simulation.Loop.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(CopyJobStatus.Stalled, client.Progress(job).Status);

        _simulation.Release(source.Waiting[0]);
        Assert.Equal(CopyJobStatus.Running, client.Progress(job).Status);
        _simulation.Loop.Advance(44 * Second);
        Assert.Equal(CopyJobStatus.Running, client.Progress(job).Status);
        _simulation.Loop.Advance(Second);
        Assert.Equal(CopyJobStatus.Stalled, client.Progress(job).Status);
        _simulation.Open(source);
        AssertGood(client.Completion(job));
    }

    [Fact]
    public void Read_that_completes_counts_although_its_write_hangs()
    {
        var (source, target) = (CopySimulation.Gated(Source(4096)), CopySimulation.Gated(Target(4096)));
        var client = _simulation.Client();
        var job = client.Start(Copy(source, target));

        _simulation.Loop.Advance(30 * Second);
        _simulation.Open(source);
        _simulation.Loop.Advance(30 * Second);
        Assert.Equal(CopyJobStatus.Running, client.Progress(job).Status);
        _simulation.Loop.Advance(15 * Second);
        Assert.Equal(CopyJobStatus.Stalled, client.Progress(job).Status);
        _simulation.Open(target);
        AssertGood(client.Completion(job));
    }

    [Fact]
    public void Flush_that_hangs_is_a_stall()
    {
        var target = CopySimulation.Gated(Target(4096), DeviceOperation.Flush);
        var client = _simulation.Client(new KcopydClientOptions { StallAfter = 5 * Second });
        var job = client.Start(Copy(Pages with { Flush = true }, Source(4096), target));

        _simulation.Loop.Advance(4 * Second);
        Assert.Equal(CopyJobStatus.Flushing, client.Progress(job).Status);
        _simulation.Loop.Advance(Second);
        Assert.Equal(CopyJobStatus.Stalled, client.Progress(job).Status);
        _simulation.Open(target);
        AssertGood(client.Completion(job));
    }

    [Fact]
    public void Job_that_waits_for_pages_or_rests_does_not_stall()
    {
        var source = CopySimulation.Gated(Source(4096));
        var client = _simulation.ClientOfPages(1);
        var first = client.Start(Copy(source, Target(4096)));
        var waiting = client.Start(Copy(Source(4096), Target(4096)));
        var resting = client.Start(Copy(Source(4096), Target(4096)) with { StartPaused = true });

        _simulation.Loop.Advance(50 * Second);
        _simulation.Loop.Advance(50 * Second);

        Assert.Equal(
            [CopyJobStatus.Stalled, CopyJobStatus.Running, CopyJobStatus.Paused],
            new[] { first, waiting, resting }.Select(job => client.Progress(job).Status));
    }

    [Fact]
    public void Progress_only_grows_and_ends_at_one() => CopySimulation.InManyOrders(simulation =>
    {
        var source = new FaultyBlockDevice(
            Source(50 * 4096),
                new DeviceFault(DeviceOperation.Read) { Effect = DeviceFaultEffect.CrashLater, Times = 2 });
        var client = simulation.ClientOfPages(4);
        var options = Pages with { Verify = true, Digest = true };
        var job = client.Ask<ClientMessage.CopyAccepted>(new ClientMessage.Copy(
            Copy(options, simulation.On(source), simulation.On(Target(50 * 4096))))).Job;

        var seen = new List<CopyProgress>();
        while (!client.Completions.Any())
        {
            var end = simulation.Loop.Steps + 20;
            simulation.Loop.Run(() => simulation.Loop.Steps >= end || client.Completions.Any());
            client.Tell(new ClientMessage.GetProgress(job));
        }

        AssertGood(client.Completion(job));
        seen.AddRange(client.Inbox.OfType<CopyProgress>());
        Assert.True(seen.Count > 5);
        Assert.Equal(seen.Select(progress => progress.Fraction).Order(), seen.Select(progress => progress.Fraction));
        Assert.All(seen, progress => Assert.InRange(progress.Fraction, 0, 1));
        Assert.Equal(
            seen.Select(progress => progress.Read.Value).Order(), seen.Select(progress => progress.Read.Value));
        Assert.All(seen, progress => Assert.InRange(progress.Targets[0].Written.Value, 0, 50 * 4096));
    });

    [Fact]
    public void Rate_and_time_of_arrival_are_told()
    {
        var client = _simulation.Client(new KcopydClientOptions { BytesPerSecond = 40.KiB });
        var job = client.Start(Copy(Source(100 * 4096), Target(100 * 4096)));
        for (var i = 0; i < 8; i++)
        {
            _simulation.Loop.Advance(Second);
            client.Progress(job);
        }

        var progress = client.Progress(job);

        Assert.InRange(progress.BytesPerSecond, 38_000, 43_000);
        Assert.InRange(progress.Remaining!.Value.TotalSeconds, 1.5, 2.5);
    }

    private SimulatedBlockDevice Slow(IBlockDevice device) => new(device, _simulation.Loop)
    {
        MinLatency = TimeSpan.FromMilliseconds(10),
        MaxLatency = TimeSpan.FromMilliseconds(10),
    };
}
