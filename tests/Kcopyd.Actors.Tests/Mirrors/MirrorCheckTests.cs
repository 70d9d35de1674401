using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Comparing the legs.</summary>
public sealed class MirrorCheckTests : IDisposable
{
    private readonly MirrorBench _bench = new();
    private readonly MemoryBlockDevice _a = Leg(1);
    private readonly MemoryBlockDevice _b = Leg(1);
    private readonly MemoryBlockDevice _c = Leg(1);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Equal_legs_have_no_mismatch_and_nothing_is_written()
    {
        var log = new DeviceLog();
        var mirror = _bench.Start(InSync(legs: 3), _a, new RecordingBlockDevice(_b, log, "b"), _c);
        List<long> progress = [];

        var result = _bench.Run(mirror.CheckAsync(new Progress(progress)));

        Assert.Equal((8, 0, 0), (result.Regions, result.Skipped, result.Mismatched));
        Assert.Empty(result.Ranges);
        Assert.Equal(8, progress[^1]);
        log.DemandNone(entry => entry.Request.Operation == DeviceOperation.Write);
    }

    [Theory]
    [InlineData(1024 * 1024)]
    [InlineData(RegionBytes)]
    public void Mismatches_are_counted_by_region_and_told_by_range(int recoverySize)
    {
        var mirror = _bench.Start(
            InSync(legs: 3), new MirrorOptions { RecoverySize = new ByteCount(recoverySize) }, _a, _b, _c);
        _b.Write(8 * 512, new byte[512], WriteDurability.Cached);
        _c.Write(16 * 512, new byte[512], WriteDurability.Cached);
        _c.Write(100 * 512, new byte[1024], WriteDurability.Cached);

        var result = _bench.Run(mirror.CheckAsync());

        Assert.Equal((8, 0, 3), (result.Regions, result.Skipped, result.Mismatched));
        Assert.All(new[] { 8L, 16, 100, 101 }, sector => Assert.Contains(
            result.Ranges, range => range.Start <= sector && sector < range.End));
        Assert.DoesNotContain(result.Ranges, range => range.Start <= 64 && 64 < range.End);
        AssertHolds(_a, 0, Length, 1);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(64)]
    public void Small_memory_compares_everything_too(int kibibytes)
    {
        var mirror = _bench.Start(InSync(), new MirrorOptions { PageBudget = kibibytes.KiB }, _a, _b);
        _b.Write(0, new byte[512], WriteDurability.Cached);

        var result = _bench.Run(mirror.CheckAsync());

        Assert.Equal((8, 0, 1), (result.Regions, result.Skipped, result.Mismatched));
    }

    [Fact]
    public void Ranges_are_sectors_of_the_mirror_wherever_the_legs_begin()
    {
        var (a, b) = (new MemoryBlockDevice(64.KiB), new MemoryBlockDevice(64.KiB));
        var mirror = _bench.Start(MirrorTable.Parse("0 64 mirror core 2 16 nosync 2 a 8 b 24"), a, b);
        b.Write((24 + 20) * 512, Enumerable.Repeat((byte)7, 512).ToArray(), WriteDurability.Cached);

        var result = _bench.Run(mirror.CheckAsync());

        Assert.Equal(1, result.Mismatched);
        var range = Assert.Single(result.Ranges);
        Assert.True(range.Start <= 20 && range.End > 20 && range.End <= 64, $"{range}");
    }

    [Fact]
    public void Regions_out_of_sync_are_skipped()
    {
        var bad = new SwitchedDevice(_b);
        var mirror = _bench.Start(InSync(), _a, bad);
        bad.Fail(DeviceOperation.Write);
        _bench.WriteRegion(mirror, 3, 9);

        var result = _bench.Run(mirror.CheckAsync());

        Assert.Equal((7, 1, 0), (result.Regions, result.Skipped, result.Mismatched));
    }

    [Fact]
    public void Leg_that_cannot_be_read_is_a_mismatch_and_no_error_of_the_leg()
    {
        var bad = new FaultyBlockDevice(
            _b, DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(40, 1)));
        var mirror = _bench.Start(InSync("1 handle_errors"), RegionByRegion, _a, bad);

        var result = _bench.Run(mirror.CheckAsync());

        Assert.Equal((8, 0, 1), (result.Regions, result.Skipped, result.Mismatched));
        Assert.All(result.Ranges, range => Assert.InRange(range.Start, 32, 47));
        Assert.Equal("2 a b 8/8 1 AA 1 core", _bench.Status(mirror));
    }

    [Fact]
    public void Source_that_cannot_be_read_is_a_mismatch()
    {
        var bad = new FaultyBlockDevice(
            _a, DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(40, 1)));
        var mirror = _bench.Start(InSync(), RegionByRegion, bad, _b);

        var result = _bench.Run(mirror.CheckAsync());

        Assert.Equal((8, 0, 1), (result.Regions, result.Skipped, result.Mismatched));
    }

    [Fact]
    public void Writes_wait_while_their_region_is_compared_and_are_no_mismatch()
    {
        var gated = CopySimulation.Gated(_b, DeviceOperation.Read);
        var mirror = _bench.Start(InSync(), RegionByRegion with { Recoveries = 1 }, _a, gated);
        var check = mirror.CheckAsync();
        _bench.Settle();

        var compared = BeginRegion(mirror, 0, 9);
        _bench.WriteRegion(mirror, 5, 9);
        Assert.False(compared.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(compared);
        var result = _bench.Run(check);

        Assert.Equal((8, 0, 0), (result.Regions, result.Skipped, result.Mismatched));
        AssertRegion(_b, 0, 9);
    }

    [Fact]
    public void Checks_come_one_after_the_other()
    {
        var mirror = _bench.Start(InSync(), _a, _b);

        var results = _bench.Run(Task.WhenAll(mirror.CheckAsync(), mirror.CheckAsync(), mirror.CheckAsync()));

        Assert.All(results, result => Assert.Equal((8, 0), (result.Regions, result.Skipped)));
    }

    [Fact]
    public void Check_of_a_suspended_mirror_waits_for_resume()
    {
        var mirror = _bench.Start(InSync(), _a, _b);
        _bench.Run(mirror.SuspendAsync());
        var check = mirror.CheckAsync();
        _bench.Settle();
        Assert.False(check.IsCompleted);

        _bench.Run(mirror.ResumeAsync());

        Assert.Equal(8, _bench.Run(check).Regions);
    }

    [Fact]
    public void Suspend_in_the_middle_of_a_check_waits_for_what_is_compared_and_the_rest_comes_later()
    {
        var gated = CopySimulation.Gated(_b, DeviceOperation.Read);
        var mirror = _bench.Start(InSync(), RegionByRegion with { Recoveries = 1 }, _a, gated);
        var check = mirror.CheckAsync();
        _bench.Settle();

        var suspended = mirror.SuspendAsync();
        _bench.Settle();
        Assert.False(suspended.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(suspended);
        Assert.False(check.IsCompleted);
        _bench.Run(mirror.ResumeAsync());

        Assert.Equal((8, 0), (_bench.Run(check).Regions, _bench.Run(check).Skipped));
    }

    private sealed class Progress(List<long> reports) : IProgress<long>
    {
        public void Report(long value) => reports.Add(value);
    }
}
