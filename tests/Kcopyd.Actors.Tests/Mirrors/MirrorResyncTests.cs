using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Bringing legs in sync, and writing meanwhile.</summary>
public sealed class MirrorResyncTests : IDisposable
{
    private readonly MirrorBench _bench = new();
    private readonly MemoryBlockDevice _a = Leg(1);
    private readonly MemoryBlockDevice _b = Leg(2);
    private readonly MemoryBlockDevice _c = Leg(3);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void M1_new_core_log_is_out_of_sync_and_all_legs_are_equal_after_the_resync()
    {
        List<MirrorNotice> notices = [];
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var mirror = _bench.Start(
            Table(legs: 3), new MirrorOptions { OnNotice = notices.Add }, gated, _b, _c);
        _bench.Settle();
        Assert.Equal("3 a b c 0/8 1 AAA 1 core", _bench.Status(mirror));

        _bench.Simulation.Open(gated);
        _bench.WaitUntilInSync(mirror);
        _bench.Settle();

        Assert.Equal("3 a b c 8/8 1 AAA 1 core", _bench.Status(mirror));
        Assert.Equal([new MirrorNotice.InSync()], notices);
        AssertHolds(_b, 0, Length, 1);
        AssertEqual(_a, _b, _c);
    }

    [Fact]
    public void M2_nosync_copies_nothing()
    {
        var log = new DeviceLog();
        var mirror = _bench.Start(
            InSync(), new RecordingBlockDevice(_a, log, "a"), new RecordingBlockDevice(_b, log, "b"));

        _bench.WaitUntilInSync(mirror);
        _bench.Loop.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("2 a b 8/8 1 AA 1 core", _bench.Status(mirror));
        log.DemandNone(entry => entry.Request.Operation is DeviceOperation.Read or DeviceOperation.Write);
        AssertHolds(_b, 0, Length, 2);
    }

    [Fact]
    public void M3_one_recovery_at_a_time_is_ascending_by_region()
    {
        var log = new DeviceLog();
        var mirror = _bench.Start(
            Table(),
            OneByOne,
            new RecordingBlockDevice(_a, log, "a"),
            new RecordingBlockDevice(_bench.Simulation.On(_b), log, "b"));

        _bench.WaitUntilInSync(mirror);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], ReadRegions(log, "a"));
        for (var region = 0; region + 1 < Regions; region++)
        {
            var (sector, next) = (region * RegionSectors, (region + 1) * RegionSectors);
            log.DemandBefore(
                entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, "b") && entry.Covers(sector),
                entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Read, "a") && entry.Covers(next));
        }
    }

    [Fact]
    public void M3_deliberately_several_recoveries_are_under_way_by_default()
    {
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var mirror = _bench.Start(Table(), RegionByRegion, gated, _b);
        _bench.Settle();

        Assert.Equal(
            [0L, 1, 2, 3], gated.Waiting.Select(read => read.Request.Offset / RegionBytes).Order());
        Assert.Equal(4, _bench.Run(mirror.GetCountsAsync()).Recovering);
        _bench.Simulation.Open(gated);
        _bench.WaitUntilInSync(mirror);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void Small_regions_are_recovered_together()
    {
        var log = new DeviceLog();
        var mirror = _bench.Start(Table(), new RecordingBlockDevice(_a, log, "a"), _b);

        _bench.WaitUntilInSync(mirror);

        var read = Assert.Single(log.Find(DeviceLogPhase.Completed, DeviceOperation.Read, "a"));
        Assert.Equal((0L, (long)Length), (read.Request.Offset, read.Request.Length));
        Assert.Equal(
            new MirrorCounts(8, 8, 0, 0, 0, Length / Sectors.Size, 8), _bench.Run(mirror.GetCountsAsync()));
    }

    [Theory]
    [InlineData(37)]
    [InlineData(33)]
    [InlineData(47)]
    public void M4_last_short_region_is_copied_to_its_end_and_no_further(int sectors)
    {
        var log = new DeviceLog();
        var mirror = _bench.Start(
            Table(sectors: sectors), OneByOne, new RecordingBlockDevice(_a, log, "a"), _b);

        _bench.WaitUntilInSync(mirror);

        var end = sectors * Sectors.Size;
        Assert.Equal(end, mirror.Geometry.LengthBytes);
        Assert.Equal(
            [RegionBytes, RegionBytes, end - (2L * RegionBytes)],
            log.Find(DeviceLogPhase.Completed, DeviceOperation.Read, "a").Select(entry => entry.Request.Length));
        AssertHolds(_b, 0, end, 1);
        AssertHolds(_b, end, Length - end, 2);
    }

    [Fact]
    public void Legs_begin_where_the_table_says()
    {
        var table = MirrorTable.Parse("0 32 mirror core 1 16 2 a 8 b 80");
        var mirror = _bench.Start(table, _a, _b);
        _bench.WaitUntilInSync(mirror);

        _bench.Run(mirror.WriteAsync(512, new byte[1024], WriteDurability.Cached, default));

        Assert.Equal(Bytes(_a, 8 * 512, 32 * 512), Bytes(_b, 80 * 512, 32 * 512));
        Assert.Equal(new byte[1024], Bytes(_b, 81 * 512, 1024));
        AssertHolds(_b, 0, 80 * 512, 2);
        AssertHolds(_a, 0, 8 * 512, 1);
        Assert.Equal(new byte[1024], _bench.Read(mirror, 512, 1024));
    }

    [Fact]
    public void M5_write_to_a_recovering_region_waits_for_the_copy_and_is_applied_to_all_legs()
    {
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var mirror = _bench.Start(Table(), OneByOne, gated, _b);
        _bench.Settle();

        var write = Begin(mirror, 512, RegionBytes - 512, 9);
        var first = Begin(mirror, 0, 512, 10);
        _bench.Settle();
        Assert.False(write.IsCompleted);
        AssertRegion(_a, 0, 1);
        _bench.Simulation.Release(gated.Waiting[0]);
        _bench.Run(Task.WhenAll(write, first));

        AssertHolds(_a, 0, 512, 10);
        AssertHolds(_b, 0, 512, 10);
        AssertHolds(_b, 512, RegionBytes - 512, 9);
        _bench.Simulation.Open(gated);
        _bench.WaitUntilInSync(mirror);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void M6_write_to_a_region_out_of_sync_changes_only_the_default_leg()
    {
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var mirror = _bench.Start(Table(), OneByOne, gated, _b);
        _bench.Settle();

        _bench.WriteRegion(mirror, 5, 9);

        AssertRegion(_a, 5, 9);
        AssertRegion(_b, 5, 2);
        _bench.Simulation.Open(gated);
        _bench.WaitUntilInSync(mirror);
        AssertRegion(_b, 5, 9);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void Recovery_waits_for_the_write_that_is_in_flight()
    {
        var (a, b) = (CopySimulation.Gated(_a, DeviceOperation.Read), CopySimulation.Gated(_b, DeviceOperation.Write));
        var mirror = _bench.Start(Table(), OneByOne, a, b);
        _bench.Settle();
        a.CloseGate(DeviceOperation.Write);
        var write = BeginRegion(mirror, 1, 9);
        _bench.Settle();

        _bench.Simulation.Release(a.Waiting.Single(one => one.Kind == DeviceOperation.Read));
        _bench.Simulation.Open(b);

        Assert.DoesNotContain(a.Waiting, one => one.Kind == DeviceOperation.Read);
        _bench.Simulation.Open(a);
        _bench.Run(write);
        _bench.WaitUntilInSync(mirror);
        AssertEqual(_a, _b);
    }
}
