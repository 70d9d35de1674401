using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Reads, writes and the other calls of a device.</summary>
public sealed class MirrorRequestTests : IDisposable
{
    private readonly MirrorBench _bench = new();
    private readonly MemoryBlockDevice _a = Leg(1);
    private readonly MemoryBlockDevice _b = Leg(1);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void M24_deliberately_reads_of_an_error_free_mirror_are_spread_over_the_legs()
    {
        var (a, b) = (CopySimulation.Gated(_a, DeviceOperation.Read), CopySimulation.Gated(_b, DeviceOperation.Read));
        var mirror = _bench.Start(InSync(), a, b);

        var reads = Enumerable.Range(0, 6).Select(i => BeginRead(mirror, i * 512, 512)).ToList();

        Assert.Equal((3, 3), (a.Waiting.Length, b.Waiting.Length));
        _bench.Simulation.Open(a);
        _bench.Simulation.Open(b);
        _bench.Run(Task.WhenAll(reads));
    }

    [Fact]
    public void M24_deliberately_long_ranges_alternate_between_the_legs()
    {
        var log = new DeviceLog();
        var (a, b) = (new MemoryBlockDevice(4.MiB), new MemoryBlockDevice(4.MiB));
        var mirror = _bench.Start(
            Table("core 2 16 nosync", sectors: 8192),
            new RecordingBlockDevice(a, log, "a"),
            new RecordingBlockDevice(b, log, "b"));

        for (var i = 0; i < 4; i++)
        {
            _bench.Read(mirror, i << 20, 512);
        }

        Assert.Equal(2, log.Find(DeviceLogPhase.Completed, DeviceOperation.Read, "a").Length);
        Assert.Equal(2, log.Find(DeviceLogPhase.Completed, DeviceOperation.Read, "b").Length);
    }

    [Fact]
    public void M24_dirty_regions_are_read_from_the_default_leg_alone()
    {
        var log = new DeviceLog();
        var gated = CopySimulation.Gated(_b, DeviceOperation.Write);
        var mirror = _bench.Start(
            InSync(), new RecordingBlockDevice(_a, log, "a"), new RecordingBlockDevice(gated, log, "b"));
        var write = BeginRegion(mirror, 2, 9);
        _bench.Settle();

        _bench.Run(Task.WhenAll(Enumerable.Range(0, 8).Select(
            i => BeginRead(mirror, (2 * RegionBytes) + (i * 512), 512))));

        Assert.Empty(log.Find(DeviceLogPhase.Begun, DeviceOperation.Read, "b"));
        _bench.Simulation.Open(gated);
        _bench.Run(write);
    }

    [Fact]
    public void M25_status_and_table_are_those_of_the_kernel()
    {
        var core = _bench.Start(InSync("1 handle_errors"), _a, _b);
        var disk = _bench.StartOn(
            LogDevice(), InSyncOnDisk("2 handle_errors keep_log"), null, Leg(1), Leg(1));

        Assert.Equal("2 a b 8/8 1 AA 1 core", _bench.Status(core));
        Assert.Equal("0 128 mirror core 2 16 nosync 2 a 0 b 0 1 handle_errors", core.Table.ToTableLine());
        Assert.Equal("2 a b 8/8 1 AA 3 disk log A", _bench.Status(disk));
        Assert.Equal(
            "0 128 mirror disk 3 log 16 nosync 2 a 0 b 0 2 handle_errors keep_log", disk.Table.ToTableLine());
    }

    [Fact]
    public void Write_across_regions_goes_in_each_to_the_legs_that_hold_it()
    {
        var (a, b, mirror) = StartMixed();

        _bench.Run(Begin(mirror, (2 * RegionBytes) + 1536, (3 * RegionBytes) + 512, 9));

        AssertHolds(a, (2 * RegionBytes) + 1536, (3 * RegionBytes) + 512, 9);
        AssertHolds(b, (2 * RegionBytes) + 1536, RegionBytes - 1536, 9);
        AssertHolds(b, 3 * RegionBytes, RegionBytes, 1);
        AssertHolds(b, 4 * RegionBytes, RegionBytes + 2048, 9);
        AssertHolds(b, (5 * RegionBytes) + 2048, 512, 1);
        _bench.WaitUntilInSync(mirror);
        AssertEqual(a, b);
    }

    [Fact]
    public void Read_across_regions_comes_from_the_leg_that_is_believed_in_all_of_them()
    {
        var (badA, badB) = (new SwitchedDevice(_a), new SwitchedDevice(_b));
        var mirror = _bench.Start(InSync(), badA, badB);
        badB.Fail(DeviceOperation.Write);
        _bench.WriteRegion(mirror, 3, 9);
        badB.Mend();
        badA.Fail(DeviceOperation.Write);

        // No leg is without an error now, so it fails, and the default leg has what it had.
        _bench.AssertEio(BeginRegion(mirror, 4, 9));

        var bytes = _bench.Read(mirror, 3 * RegionBytes, 2 * RegionBytes).AsSpan();
        Assert.Null(TestPatterns.FirstDifference(bytes[..RegionBytes], 3 * RegionBytes, 9));
        Assert.Null(TestPatterns.FirstDifference(bytes[RegionBytes..], 4 * RegionBytes, 1));
        AssertRegion(_a, 4, 1);
        AssertRegion(_b, 3, 1);
        badA.Mend();
        _bench.WaitUntilInSync(mirror);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void Zeroes_go_to_all_legs_those_that_refuse_included()
    {
        var refusing = new FaultyBlockDevice(_b, DeviceFault.Unsupported(DeviceOperation.WriteZeroes));
        var mirror = _bench.Start(InSync("1 handle_errors"), _a, refusing);

        _bench.Run(mirror.WriteZeroesAsync(512, 3 * RegionBytes, default));

        Assert.Equal(new byte[3 * RegionBytes], Bytes(_b, 512, 3 * RegionBytes));
        Assert.Equal("2 a b 8/8 1 AA 1 core", _bench.Status(mirror));
        AssertHolds(_b, 512 + (3 * RegionBytes), 512, 1);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void Discard_goes_to_all_legs()
    {
        var mirror = _bench.Start(InSync(), _a, _b);

        _bench.Run(mirror.DiscardAsync(RegionBytes, 2 * RegionBytes, default));

        Assert.Equal(new byte[2 * RegionBytes], Bytes(_b, RegionBytes, 2 * RegionBytes));
        AssertEqual(_a, _b);
    }

    [Fact]
    public void Durable_writes_are_durable_on_every_leg()
    {
        var log = new DeviceLog();
        var mirror = _bench.Start(
            InSync(), new RecordingBlockDevice(_a, log, "a"), new RecordingBlockDevice(_b, log, "b"));

        _bench.Run(mirror.WriteAsync(0, new byte[512], WriteDurability.Durable, default));

        var writes = log.Find(DeviceLogPhase.Completed, DeviceOperation.Write);
        Assert.Equal(["a", "b"], writes.Select(write => write.Device).Order());
        Assert.All(writes, write => Assert.Equal(WriteDurability.Durable, write.Request.Durability));
    }

    [Fact]
    public void Flush_flushes_every_leg()
    {
        var log = new DeviceLog();
        var mirror = _bench.Start(
            InSync(), new RecordingBlockDevice(_a, log, "a"), new RecordingBlockDevice(_b, log, "b"));

        _bench.Run(BeginFlush(mirror));

        Assert.Equal(
            ["a", "b"],
            log.Find(DeviceLogPhase.Completed, DeviceOperation.Flush).Select(flush => flush.Device).Order());
    }

    [Fact]
    public void Block_status_is_that_of_a_leg_in_bytes_of_the_mirror()
    {
        var (a, b) = (new MemoryBlockDevice(1.MiB), new MemoryBlockDevice(1.MiB));
        var table = MirrorTable.Parse("0 1024 mirror core 2 16 nosync 2 a 128 b 128");
        var mirror = _bench.Start(table, a, b);
        _bench.Run(mirror.WriteAsync(128 * 1024, new byte[64 * 1024], WriteDurability.Cached, default));
        _bench.Run(mirror.SuspendAsync());

        var extents = _bench.Run(mirror.GetBlockStatusAsync(64 * 1024, 192 * 1024, default).AsTask());

        Assert.Equal(
            [
                new BlockExtent(64 * 1024, 64 * 1024, BlockStatus.Hole),
                new BlockExtent(128 * 1024, 64 * 1024, BlockStatus.Data),
                new BlockExtent(192 * 1024, 64 * 1024, BlockStatus.Hole),
            ],
            extents);
    }

    [Fact]
    public void Empty_requests_ask_nobody_and_requests_out_of_bounds_are_refused()
    {
        var mirror = _bench.Start(InSync(), _a, _b);

        Assert.True(mirror.WriteAsync(0, default, WriteDurability.Cached, default).AsTask().IsCompletedSuccessfully);
        Assert.True(mirror.WriteZeroesAsync(0, 0, default).AsTask().IsCompletedSuccessfully);
        foreach (var (offset, length) in new[] { (Length, 512), (-512, 512), (Length - 512, 1024), (256, 512) })
        {
            var refusal = _bench.Failure<DeviceException>(
                () => mirror.WriteAsync(offset, new byte[length], WriteDurability.Cached, default).AsTask());
            Assert.Equal(DeviceErrorKind.InvalidRequest, refusal.Kind);
        }
    }

    [Fact]
    public void Mirror_lives_where_its_legs_do_and_is_there_while_one_of_them_is()
    {
        var mirror = _bench.Start(
            InSync(), new FaultyBlockDevice(_a, new DeviceFault(DeviceOperation.Confirm).Forever()), _b);

        _bench.Run(mirror.ConfirmAsync(default));
        _bench.Run(mirror.DropCacheAsync(0, Length, default));

        Assert.Equal(2, mirror.Locate(512, 1024).Count);
    }

    private static Task BeginRead(MirrorDevice mirror, int offset, int length) =>
        mirror.ReadAsync(offset, new byte[length], default).AsTask();

    /// <summary>A mirror whose second leg lacks region 3.</summary>
    private (MemoryBlockDevice A, MemoryBlockDevice B, MirrorDevice Mirror) StartMixed()
    {
        var bad = new SwitchedDevice(_b);
        var mirror = _bench.Start(InSync(), _a, bad);
        bad.Fail(DeviceOperation.Write);
        _bench.WriteRegion(mirror, 3, 7);
        bad.Mend();
        return (_a, _b, mirror);
    }
}
