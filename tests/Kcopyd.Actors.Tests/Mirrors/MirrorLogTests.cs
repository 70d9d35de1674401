using System.Buffers.Binary;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>What the log has to say, and when.</summary>
public sealed class MirrorLogTests : IDisposable
{
    private static readonly MirrorTable OnDisk = Table("disk 2 log 16");

    private readonly MirrorBench _bench = new();
    private readonly MemoryBlockDevice _a = Leg(1);
    private readonly MemoryBlockDevice _b = Leg(1);
    private readonly MemoryBlockDevice _log = LogDevice();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void M7_mark_is_durable_before_a_write_reaches_a_leg()
    {
        var log = new DeviceLog();
        var gated = CopySimulation.Gated(_b, DeviceOperation.Write);
        var mirror = _bench.StartOn(
            new RecordingBlockDevice(_log, log, "log"),
            InSyncOnDisk(),
            null,
            new RecordingBlockDevice(_a, log, "a"),
            new RecordingBlockDevice(gated, log, "b"));
        log.Clear();

        var write = BeginRegion(mirror, 2, 9);
        _bench.Settle();

        Assert.Equal(0b1111_1011, LoggedBits(_log));
        log.DemandSequence(
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, "log"),
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Flush, "log"),
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Flush, "log"),
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "a"));
        log.DemandBefore(
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Flush, "log"),
            entry => entry.Device != "log" && entry.Request.Operation == DeviceOperation.Write);
        _bench.Simulation.Open(gated);
        _bench.Run(write);
    }

    [Fact]
    public void Regions_are_marked_clean_late_together_and_after_a_flush_of_all_legs()
    {
        var log = new DeviceLog();
        var mirror = _bench.StartOn(
            new RecordingBlockDevice(_log, log, "log"),
            InSyncOnDisk(),
            null,
            new RecordingBlockDevice(_a, log, "a"),
            new RecordingBlockDevice(_b, log, "b"));
        _bench.WriteRegion(mirror, 2, 9);
        _bench.WriteRegion(mirror, 5, 9);
        _bench.Loop.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.Equal(0b1101_1011, LoggedBits(_log));
        log.Clear();

        _bench.Loop.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(0xFF, LoggedBits(_log));
        foreach (var leg in new[] { "a", "b" })
        {
            log.DemandBefore(
                entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Flush, leg),
                entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "log"));
        }

        Assert.Single(log.Find(DeviceLogPhase.Begun, DeviceOperation.Write, "log"));
        Assert.Equal(0, _bench.Run(mirror.GetCountsAsync()).Active);
    }

    [Fact]
    public void M8_after_a_crash_exactly_the_dirty_regions_are_copied()
    {
        var crashed = _bench.StartOn(_log, InSyncOnDisk(), null, _a, _b);
        _bench.WriteRegion(crashed, 1, 9);
        _bench.Loop.Advance(TimeSpan.FromSeconds(6));
        foreach (var region in new[] { 2, 3, 6 })
        {
            _bench.WriteRegion(crashed, region, 10);
        }

        _bench.Crash(crashed);
        var log = new DeviceLog();
        var mirror = _bench.StartOn(_log, OnDisk, RegionByRegion, new RecordingBlockDevice(_a, log, "a"), _b);
        _bench.WaitUntilInSync(mirror);

        Assert.Equal([2, 3, 6], ReadRegions(log, "a").Order());
        Assert.Equal(3, _bench.Run(mirror.GetCountsAsync()).RecoveredRegions);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void M9_log_has_the_documented_bytes_and_keeps_those_that_are_not_its_own()
    {
        var foreign = TestPatterns.Create(16, 1008, 7);
        _log.Write(16, foreign, WriteDurability.Cached);
        var asKernel = new MirrorOptions { LogTrust = LogTrust.Kernel };
        var mirror = _bench.StartOn(_log, InSyncOnDisk(), asKernel, _a, _b);
        _bench.WriteRegion(mirror, 2, 9);

        Assert.Equal(
            [0x72, 0x52, 0x69, 0x4D, 2, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0], Bytes(_log, 0, 16));
        Assert.Equal(foreign, Bytes(_log, 16, 1008));
        Assert.Equal([0xFB, 0, 0, 0, 0, 0, 0, 0], Bytes(_log, 1024, 8));
    }

    [Fact]
    public void M10_new_regions_of_a_grown_mirror_are_copied_and_no_others()
    {
        var first = _bench.StartOn(_log, Table("disk 3 log 2 nosync", sectors: 100), null, _a, _b);
        _bench.Run(first.DisposeAsync());
        _b.Write(0, new byte[Length], WriteDurability.Cached);

        var grown = _bench.StartOn(_log, Table("disk 2 log 2", sectors: 126), null, _a, _b);
        _bench.WaitUntilInSync(grown);

        Assert.Equal(13, _bench.Run(grown.GetCountsAsync()).RecoveredRegions);
        Assert.Equal(new byte[50 * 1024], Bytes(_b, 0, 50 * 1024));
        AssertHolds(_b, 50 * 1024, 13 * 1024, 1);
    }

    [Fact]
    public void M10_shrunk_mirror_forgets_the_regions_that_are_gone()
    {
        var first = _bench.StartOn(_log, Table("disk 3 log 2 nosync", sectors: 100), null, _a, _b);
        _bench.Run(first.DisposeAsync());

        _bench.StartOn(_log, Table("disk 2 log 2", sectors: 10), null, _a, _b);

        Assert.Equal(5, BinaryPrimitives.ReadInt64LittleEndian(Bytes(_log, 8, 8)));
        Assert.Equal(0b1_1111, BinaryPrimitives.ReadInt64LittleEndian(Bytes(_log, 1024, 8)));
    }

    [Fact]
    public void M11_log_with_a_foreign_head_is_refused_or_by_request_copies_everything()
    {
        var foreign = TestPatterns.Create(0, 4096, 7);
        _log.Write(0, foreign, WriteDurability.Cached);
        var parts = new MirrorParts([_a, _b], _log, AreOwned: false);

        var refusal = _bench.Failure<MirrorLogException>(MirrorDevice.CreateAsync(_bench.System, OnDisk, parts));

        Assert.StartsWith("The log device log holds", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(foreign, Bytes(_log, 0, 4096));
        var mirror = _bench.StartOn(_log, OnDisk, new MirrorOptions { LogTrust = LogTrust.Kernel }, _a, _b);
        Assert.StartsWith("2 a b 0/8 ", _bench.Status(mirror), StringComparison.Ordinal);
        _bench.WaitUntilInSync(mirror);
        Assert.Equal("2 a b 8/8 1 AA 3 disk log A", _bench.Status(mirror));
    }

    [Fact]
    public void M11_unreadable_log_copies_everything_and_counts_as_failed()
    {
        var log = new SwitchedDevice(_log);
        log.Fail(DeviceOperation.Read);
        var mirror = _bench.StartOn(log, OnDisk, new MirrorOptions { LogTrust = LogTrust.Kernel }, _a, _b);
        Assert.Equal("2 a b 0/8 1 AA 3 disk log D", _bench.Status(mirror));

        _bench.WaitUntilInSync(mirror);

        Assert.Equal("2 a b 8/8 1 AA 3 disk log D", _bench.Status(mirror));
        Assert.Equal(8, _bench.Run(mirror.GetCountsAsync()).RecoveredRegions);
    }

    [Fact]
    public void M11_with_a_log_that_cannot_be_written_either_writes_are_held()
    {
        var log = new SwitchedDevice(_log);
        log.Fail(DeviceOperation.Read, DeviceOperation.Write);
        List<MirrorNotice> notices = [];
        var options = new MirrorOptions { LogTrust = LogTrust.Kernel, OnNotice = notices.Add };
        var table = Table("disk 2 log 16", features: "1 handle_errors");
        var mirror = _bench.StartOn(log, table, options, _a, _b);
        _bench.WaitUntilInSync(mirror);

        var write = BeginRegion(mirror, 0, 9);
        _bench.Loop.Advance(TimeSpan.FromMinutes(1));

        Assert.False(write.IsCompleted);
        Assert.Contains(new MirrorNotice.LogFailed(), notices);
        AssertRegion(_a, 0, 1);
        log.Mend();
        _bench.Run(mirror.SuspendAsync(keepsHeld: true));
        _bench.Run(mirror.ResumeAsync(forgetsErrors: true));
        _bench.Run(write);
        AssertRegion(_a, 0, 9);
        AssertRegion(_b, 0, 9);
        Assert.Equal("2 a b 8/8 1 AA 3 disk log A", _bench.Status(mirror));
    }

    [Fact]
    public void M12_sync_of_a_disk_log_copies_everything_at_every_resume()
    {
        var mirror = _bench.StartOn(_log, Table("disk 3 log 16 sync"), null, _a, _b);
        for (var times = 1; times <= 3; times++)
        {
            _bench.WaitUntilInSync(mirror);
            Assert.Equal(8 * times, _bench.Run(mirror.GetCountsAsync()).RecoveredRegions);
            _bench.Run(mirror.SuspendAsync());
            Assert.Equal(0xFF, LoggedBits(_log));
            _bench.Run(mirror.ResumeAsync());
        }
    }

    [Fact]
    public void M12_nosync_of_a_disk_log_copies_nothing_whatever_the_log_says()
    {
        var crashed = _bench.StartOn(_log, InSyncOnDisk(), null, _a, _b);
        _bench.WriteRegion(crashed, 3, 9);
        _bench.Crash(crashed);

        var mirror = _bench.StartOn(_log, InSyncOnDisk(), null, _a, _b);
        _bench.Run(mirror.SuspendAsync());
        _bench.Run(mirror.ResumeAsync());

        Assert.Equal("2 a b 8/8 1 AA 3 disk log A", _bench.Status(mirror));
        Assert.Equal(0, _bench.Run(mirror.GetCountsAsync()).RecoveredRegions);
    }

    [Theory]
    [InlineData("core 2 16 sync", 8)]
    [InlineData("core 2 16 nosync", 0)]
    public void M12_argument_of_a_core_log_acts_only_when_it_is_made(string log, int recovered)
    {
        var mirror = _bench.Start(Table(log), _a, _b);
        _bench.WaitUntilInSync(mirror);

        _bench.Run(mirror.SuspendAsync());
        _bench.Run(mirror.ResumeAsync());
        _bench.Loop.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(recovered, _bench.Run(mirror.GetCountsAsync()).RecoveredRegions);
    }

    [Fact]
    public void Two_resumes_that_write_the_log_anew_do_so_once()
    {
        var mirror = _bench.StartOn(_bench.Simulation.On(_log), InSyncOnDisk(), null, _a, _b);
        _bench.Run(mirror.SuspendAsync());

        var first = mirror.ResumeAsync(forgetsErrors: true);
        var second = mirror.ResumeAsync(forgetsErrors: true);

        _bench.Run(first);
        Assert.Contains("is not suspended", _bench.Failure<InvalidOperationException>(second).Message,
            StringComparison.Ordinal);
        _bench.WriteRegion(mirror, 0, 9);
    }

    [Fact]
    public void Marks_made_while_the_log_failed_count_when_it_is_written_anew()
    {
        var log = new SwitchedDevice(_log);
        var mirror = _bench.StartOn(log, Table("disk 3 log 16 nosync"), null, _a, _b);
        log.Fail(DeviceOperation.Write);
        _bench.WriteRegion(mirror, 0, 9);
        _bench.WriteRegion(mirror, 1, 9);
        log.Mend();

        _bench.Run(mirror.SuspendAsync());
        _bench.Run(mirror.ResumeAsync(forgetsErrors: true));
        _bench.WriteRegion(mirror, 1, 10);

        Assert.Equal("2 a b 8/8 1 AA 3 disk log A", _bench.Status(mirror));
        AssertRegion(_b, 1, 10);
        Assert.Equal(0b1111_1100, LoggedBits(_log));
    }
}
