using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Core;
using Kcopyd.Devices;
using Xunit.Abstractions;

namespace Kcopyd.Actors.TestKit.Tests.Crashes;

public sealed class CrashRigTests(ITestOutputHelper output) : IDisposable
{
    private readonly CrashRig _rig = CrashRig.Create();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Log_that_flushes_before_it_marks_survives_twenty_thousand_cuts()
    {
        const int Cuts = 20_000;
        var disk = AddLogDisk();
        var watch = Stopwatch.StartNew();
        var (restarted, steps) = (0, 0L);
        for (var seed = 0; seed < Cuts; seed++)
        {
            restarted += RunLog(disk, LogOrder.Correct, seed) is { } damage ? throw damage : _rig.Power.Cuts;
            steps += _rig.Loop.Steps;
        }

        output.WriteLine($"{restarted} cuts, {steps} steps in {watch.Elapsed.TotalSeconds:f1} s");
        Assert.True(restarted > Cuts / 2);
    }

    [Theory]
    [InlineData(LogOrder.MarkBeforeFlush)]
    [InlineData(LogOrder.FlushWithoutWaiting)]
    internal void Log_in_a_wrong_order_is_caught_within_a_hundred_seeds(LogOrder order)
    {
        var disk = AddLogDisk();
        var caught = Enumerable.Range(0, 100).FirstOrDefault(seed => RunLog(disk, order, seed) is not null, -1);

        Assert.InRange(caught, 0, 99);
        output.WriteLine($"{order} is caught by seed {caught}");
        var first = RunLog(disk, order, caught)!.Message;
        Assert.Equal(first, RunLog(disk, order, caught)!.Message);
        Assert.Contains($"Reset({caught}); CutAfterSteps(", first, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_flush_boundary_can_be_cut_at()
    {
        var disk = AddLogDisk();
        foreach (var moment in Enum.GetValues<CutMoment>())
        {
            var boundaries = 0;
            while (true)
            {
                _rig.Reset(boundaries);
                _rig.CutAtFlush(boundaries + 1, moment, "log");
                var client = Start(disk, LogOrder.Correct, 0);
                if (_rig.Run(() => client.IsDone))
                {
                    break;
                }

                boundaries++;
                Assert.Equal(boundaries, disk.Flushes);
                _rig.Reopen();
                var (count, damaged) = LogClient.Recover((offset, bytes) => disk.Read(offset, bytes));
                _rig.Check(() => Assert.Null(damaged));
                _rig.Demand(count >= client.Acknowledged, $"{count} records, {client.Acknowledged} acknowledged");
            }

            Assert.Equal(2 * LogClient.Records, boundaries);
        }
    }

    [Fact]
    public void Cut_at_a_write_leaves_the_write_to_chance_unless_it_comes_before()
    {
        var disk = _rig.AddDisk("disk", 1.KiB);
        foreach (var moment in Enum.GetValues<CutMoment>())
        {
            var left = new HashSet<int>();
            for (var seed = 0; seed < 40; seed++)
            {
                _rig.Reset(seed);
                _rig.CutAtWrite(1, moment);
                var device = disk.Open();
                _rig.Loop.Post(() => _ = device.WriteAsync(0, Ones(512), WriteDurability.Cached, default).AsTask());
                Assert.False(_rig.Run(static () => false));
                _rig.Reopen();
                var sector = new byte[512];
                disk.Read(0, sector);
                left.Add(sector[0]);
            }

            Assert.Equal(moment == CutMoment.Before ? [0] : [0, 1], left.Order());
        }
    }

    [Fact]
    public void Power_goes_for_all_disks_and_the_journal_at_once()
    {
        var disks = Enumerable.Range(0, 3).Select(index => _rig.AddDisk($"disk{index}", 1.KiB)).ToList();
        var devices = disks.ConvertAll(disk => disk.Open());
        _rig.CutAtFlush(1, CutMoment.After, "disk1");
        _rig.Loop.Post(() => _ = devices[1].FlushAsync(devices[1].WriteEpoch, default).AsTask());

        Assert.False(_rig.Run(static () => false));

        Assert.All(devices, device => Assert.Throws<DeviceException>(() => Wait(device.ConfirmAsync(default))));
        Assert.All(disks, disk => Assert.Throws<DeviceException>(() => disk.Open()));
        _rig.Reopen();
        Assert.All(disks, disk => disk.Open());
    }

    [Fact]
    public void Actors_are_gone_after_a_cut_and_virtual_time_goes_on()
    {
        var stopped = 0;
        Action stop = () => stopped++;
        _rig.System.ActorOf(Props.Create(() => new StoppingActor(stop)), "name");
        _rig.Loop.Advance(TimeSpan.FromMinutes(1));
        var fired = false;
        _rig.System.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(1), () => fired = true);
        _rig.Cut();

        _rig.Reopen();

        Assert.Equal(1, stopped);
        Assert.Equal(TimeSpan.FromMinutes(1), _rig.Loop.Now);
        _rig.System.ActorOf(Props.Create(() => new StoppingActor(stop)), "name");
        _rig.Loop.Advance(TimeSpan.FromMinutes(1));
        Assert.False(fired);
    }

    [Fact]
    public void Requests_under_way_at_a_cut_fail_although_no_time_passes()
    {
        _rig.MaxLatency = TimeSpan.FromSeconds(1);
        var device = _rig.AddDisk("disk", 1.KiB).Open();
        Task? write = null;
        _rig.Loop.Post(() => write = device.WriteAsync(0, Ones(512), WriteDurability.Cached, default).AsTask());
        _rig.CutAfterSteps(1);

        Assert.False(_rig.Run(static () => false));
        _rig.Reopen();

        Assert.True(write!.IsFaulted);
        Assert.Equal(TimeSpan.Zero, _rig.Loop.Now);
    }

    [Fact]
    public void Opener_finds_disks_by_their_uris()
    {
        var disk = _rig.AddDisk("disk", 1.KiB);

        var device = Wait(_rig.Opener.OpenAsync(disk.Uri, new BlockDeviceOpenOptions(), default));

        Assert.Equal("crashing:disk", device.Identity.Uri);
        Assert.True(device.Geometry.IsReadOnly);
        Assert.Equal(1024, Wait(_rig.Opener.DescribeAsync(disk.Uri, default)).LengthBytes);
        var failure = Assert.Throws<DeviceException>(() => Wait(_rig.Opener.DescribeAsync("crashing:none", default)));
        Assert.Equal(DeviceErrorKind.NotFound, failure.Kind);
    }

    [Fact]
    public void Exceptions_name_the_seed_and_how_to_repeat_the_run()
    {
        _rig.Reset(42);
        _rig.CutAfterSteps(9);
        _rig.CutAtFlush(3, CutMoment.Before, "disk");

        var stuck = Assert.Throws<CrashRigException>(() => _rig.Run(new TaskCompletionSource().Task));
        var demanded = Assert.Throws<CrashRigException>(() => _rig.Demand(false, "No."));

        const string Repeat = "Reset(42); CutAfterSteps(9); CutAtFlush(3, CutMoment.Before, \"disk\")";
        Assert.Contains(Repeat, stuck.Message, StringComparison.Ordinal);
        Assert.StartsWith("No.", demanded.Message, StringComparison.Ordinal);
        Assert.Contains(Repeat, demanded.Message, StringComparison.Ordinal);
    }

    private static byte[] Ones(int count) => [.. Enumerable.Repeat((byte)1, count)];

    private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    private static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    private CrashingDisk AddLogDisk() => _rig.AddDisk("log", new ByteCount(LogClient.LengthBytes));

    private LogClient Start(CrashingDisk disk, LogOrder order, int count)
    {
        var client = new LogClient(disk.Open(), order);
        _rig.Loop.Post(() => _ = client.RunAsync(count));
        return client;
    }

    /// <summary>Runs to a cut, perhaps goes on to a second, and recovers.</summary>
    /// <returns>What is wrong; null for nothing.</returns>
    private CrashRigException? RunLog(CrashingDisk disk, LogOrder order, int seed)
    {
        _rig.Reset(seed);
        var count = 0;
        for (var life = 0; life < 2; life++)
        {
            _rig.CutAfterSteps(_rig.Loop.Choose(50));
            var client = Start(disk, order, count);
            if (_rig.Run(() => client.IsDone))
            {
                return null;
            }

            _rig.Reopen();
            (count, var damaged) = LogClient.Recover((offset, bytes) => disk.Read(offset, bytes));
            var isGood = damaged is null && count >= client.Acknowledged;
            var what = $"record {damaged} of {count} is damaged, {client.Acknowledged} are acknowledged";
            if (Failure(isGood, what) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    private CrashRigException? Failure(bool isGood, string what)
    {
        try
        {
            _rig.Demand(isGood, what);
            return null;
        }
        catch (CrashRigException failure)
        {
            return failure;
        }
    }

    private sealed class StoppingActor(Action stopped) : ReceiveActor
    {
        protected override void PostStop() => stopped();
    }
}
