using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>What becomes of writes and flushes when a leg or the log fails.</summary>
public sealed class MirrorFailureTests : IDisposable
{
    private const string HandleErrors = "1 handle_errors";

    private const string KeepLog = "2 handle_errors keep_log";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly MirrorBench _bench = new();
    private readonly List<MirrorNotice> _notices = [];
    private readonly MemoryBlockDevice _a = Leg(1);
    private readonly MemoryBlockDevice _b = Leg(1);
    private readonly MemoryBlockDevice _log = LogDevice();
    private readonly SwitchedDevice _badA;
    private readonly SwitchedDevice _badB;
    private readonly SwitchedDevice _badLog;

    public MirrorFailureTests() =>
        (_badA, _badB, _badLog) = (new SwitchedDevice(_a), new SwitchedDevice(_b), new SwitchedDevice(_log));

    private MirrorOptions Options => RegionByRegion with { OnNotice = _notices.Add };

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void M13_held_write_is_done_again_after_a_suspend_that_keeps_it()
    {
        var (mirror, write) = StartWithHeldWrite();

        _bench.Run(mirror.SuspendAsync(keepsHeld: true));
        _bench.Settle();
        Assert.False(write.IsCompleted);
        _badB.Mend();
        _bench.Run(mirror.ResumeAsync(forgetsErrors: true));
        _bench.Run(write);
        _bench.WaitUntilInSync(mirror);

        Assert.Equal("2 a b 8/8 1 AA 1 core", _bench.Status(mirror));
        AssertRegion(_b, 3, 9);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void M13_held_write_fails_when_a_suspend_does_not_keep_it()
    {
        var (mirror, write) = StartWithHeldWrite();

        _bench.Run(mirror.SuspendAsync());

        _bench.AssertEio(write);
    }

    [Fact]
    public void M14_without_handle_errors_a_write_succeeds_and_its_region_is_out_of_sync_until_it_is_copied()
    {
        var mirror = _bench.Start(InSync(), Options, _a, _badB);
        _badB.Fail(DeviceOperation.Write);

        _bench.WriteRegion(mirror, 3, 9);
        Assert.Equal("2 a b 7/8 1 AD 1 core", _bench.Status(mirror));
        _bench.Loop.Advance(Minute);
        Assert.StartsWith("2 a b 7/8 1 AD", _bench.Status(mirror), StringComparison.Ordinal);
        _bench.AssertReads(mirror, 3 * RegionBytes, RegionBytes, 9);
        Assert.Empty(_notices);

        _badB.Mend();
        _bench.WaitUntilInSync(mirror);
        Assert.Equal("2 a b 8/8 1 AA 1 core", _bench.Status(mirror));
        AssertEqual(_a, _b);
    }

    [Fact]
    public void M14_deliberately_the_leg_that_took_the_write_is_believed_though_the_default_failed()
    {
        var mirror = _bench.Start(InSync(), Options, _badA, _b);
        _badA.Fail(DeviceOperation.Write);

        _bench.WriteRegion(mirror, 3, 9);

        _bench.AssertReads(mirror, 3 * RegionBytes, RegionBytes, 9);
        AssertRegion(_a, 3, 1);
        _badA.Mend();
        _bench.WaitUntilInSync(mirror);
        AssertRegion(_a, 3, 9);
    }

    [Fact]
    public void M15_keep_log_completes_the_write_and_leaves_the_region_dirty_for_the_next_start()
    {
        var broken = _bench.StartOn(_log, InSyncOnDisk(KeepLog), Options, _a, _badB);
        _badB.Fail(DeviceOperation.Write);
        _bench.WriteRegion(broken, 3, 9);
        _bench.Loop.Advance(Minute);
        _bench.Run(broken.DisposeAsync());
        Assert.Equal(0b1111_0111, LoggedBits(_log));
        Assert.Contains(new MirrorNotice.LegFailed(1, LegErrors.Write), _notices);

        var log = new DeviceLog();
        var mirror = _bench.StartOn(
            _log, Table("disk 2 log 16", features: KeepLog), Options, new RecordingBlockDevice(_a, log, "a"), _b);
        _bench.WaitUntilInSync(mirror);

        Assert.Equal([3], ReadRegions(log, "a"));
        AssertEqual(_a, _b);
    }

    [Fact]
    public void M16_keep_log_and_a_failed_log_fail_the_write()
    {
        var mirror = _bench.StartOn(_badLog, InSyncOnDisk(KeepLog), Options, _a, _b);
        _badLog.Fail(DeviceOperation.Write);

        _bench.AssertEio(BeginRegion(mirror, 3, 9));

        AssertRegion(_a, 3, 1);
        Assert.Equal("2 a b 8/8 1 AA 3 disk log D", _bench.Status(mirror));
        Assert.Equal([new MirrorNotice.LogFailed()], _notices);
    }

    [Fact]
    public void Failed_flush_of_the_log_is_a_failure_of_its_own_letter()
    {
        var mirror = _bench.StartOn(_badLog, InSyncOnDisk(), Options, _a, _b);
        _badLog.Fail(DeviceOperation.Flush);

        _bench.WriteRegion(mirror, 3, 9);

        Assert.Equal("2 a b 8/8 1 AA 3 disk log F", _bench.Status(mirror));
        AssertRegion(_b, 3, 9);
    }

    [Fact]
    public void M17_read_error_of_the_default_leg_is_answered_by_another_which_becomes_the_default()
    {
        var mirror = _bench.Start(InSync(HandleErrors), Options with { RepairsReads = false }, _badA, _b);
        _badA.Fail(DeviceOperation.Read);

        _bench.AssertReads(mirror, 0, RegionBytes, 1);
        _bench.Settle();

        Assert.Equal("2 a b 8/8 1 RA 1 core", _bench.Status(mirror));
        Assert.Equal(
            [new MirrorNotice.DefaultChanged(0, 1), new MirrorNotice.LegFailed(0, LegErrors.Read)], _notices);
        Assert.Equal("core 2 16 nosync 2 b 0 a 0 1 handle_errors", mirror.Table.ToTableText());
    }

    [Fact]
    public void M17_deliberately_what_a_leg_could_not_read_is_written_back_to_it()
    {
        var log = new DeviceLog();
        var bad = new FaultyBlockDevice(_a, DeviceFault.At(DeviceOperation.Read, 1));
        var mirror = _bench.StartOn(
            new RecordingBlockDevice(_log, log, "log"),
            InSyncOnDisk(HandleErrors),
            Options,
            new RecordingBlockDevice(bad, log, "a"),
            _b);
        log.Clear();

        _bench.AssertReads(mirror, 1024, 512, 1);
        _bench.Settle();

        Assert.Equal("2 a b 8/8 1 AA 3 disk log A", _bench.Status(mirror));
        Assert.IsType<MirrorNotice.LegRepaired>(_notices[^1]);
        log.DemandSequence(
            entry => entry.Is(DeviceLogPhase.Failed, DeviceOperation.Read, "a"),
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Flush, "log"),
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "a"));
        var repaired = Assert.Single(log.Find(DeviceLogPhase.Completed, DeviceOperation.Write, "a"));
        Assert.Equal((1024L, 512L), (repaired.Request.Offset, repaired.Request.Length));
    }

    [Fact]
    public void M18_default_leg_that_fails_while_out_of_sync_stays_the_default()
    {
        _badA.Fail(DeviceOperation.Read);
        var mirror = _bench.Start(Table(features: HandleErrors), Options, _badA, _b);
        _bench.Settle();

        var read = mirror.ReadAsync(0, new byte[512], default).AsTask();

        Assert.Equal(DeviceErrorKind.Io, _bench.Failure<DeviceException>(read).Kind);
        Assert.Equal("2 a b 0/8 1 SA 1 core", _bench.Status(mirror));
        Assert.Contains(new MirrorNotice.DefaultFailedOutOfSync(0), _notices);
        Assert.DoesNotContain(_notices, notice => notice is MirrorNotice.DefaultChanged);
        AssertHolds(_b, 0, Length, 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData(HandleErrors)]
    [InlineData(KeepLog)]
    public void M19_when_all_legs_failed_requests_fail(string features)
    {
        var mirror = _bench.Start(InSync(features), Options, _badA, _badB);
        _badA.Fail(DeviceOperation.Read, DeviceOperation.Write, DeviceOperation.Flush);
        _badB.Fail(DeviceOperation.Read, DeviceOperation.Write, DeviceOperation.Flush);

        _bench.AssertEio(BeginRegion(mirror, 3, 9));
        _bench.AssertEio(mirror.ReadAsync(0, new byte[512], default).AsTask());
        _bench.AssertEio(BeginFlush(mirror));
    }

    [Fact]
    public void M20_flush_that_fails_on_a_leg_is_held_and_no_region_is_marked_clean_any_more()
    {
        var mirror = _bench.StartOn(_log, InSyncOnDisk(HandleErrors), Options, _a, _badB);
        _bench.WriteRegion(mirror, 3, 9);
        _badB.Fail(DeviceOperation.Flush);

        var flush = BeginFlush(mirror);
        _bench.Settle();
        Assert.Equal("2 a b 7/8 1 AF 3 disk log A", _bench.Status(mirror));
        _badB.Mend();
        _bench.Loop.Advance(Minute);

        Assert.False(flush.IsCompleted);
        Assert.Equal(0b1111_0111, LoggedBits(_log));
        var epoch = mirror.WriteEpoch;
        _bench.Run(mirror.SuspendAsync());
        _bench.AssertEio(flush);
        Assert.Equal(epoch + 1, mirror.WriteEpoch);
        var stale = _bench.Failure<DeviceException>(mirror.FlushAsync(epoch, default).AsTask());
        Assert.Equal(DeviceErrorKind.UnflushedWritesLost, stale.Kind);
    }

    [Fact]
    public void M20_without_handle_errors_the_flush_completes_and_what_it_lost_is_out_of_sync()
    {
        var mirror = _bench.StartOn(_log, InSyncOnDisk(), Options, _a, _badB);
        _bench.WriteRegion(mirror, 3, 9);
        _badB.Fail(DeviceOperation.Flush);

        _bench.Run(BeginFlush(mirror));
        Assert.Equal("2 a b 7/8 1 AF 3 disk log A", _bench.Status(mirror));
        _badB.Mend();
        _bench.Loop.Advance(Minute);

        Assert.Equal(0b1111_0111, LoggedBits(_log));
        Assert.Equal(1, mirror.WriteEpoch);
        _bench.Run(mirror.SuspendAsync());
        _bench.Run(mirror.ResumeAsync(forgetsErrors: true));
        _bench.Loop.Advance(Minute);
        Assert.Equal(0xFF, LoggedBits(_log));
    }

    [Fact]
    public void M21_discard_that_a_leg_refuses_is_not_supported_and_the_leg_stays_alive()
    {
        var refusing = new FaultyBlockDevice(_b, DeviceFault.Unsupported(DeviceOperation.Discard));
        var mirror = _bench.Start(InSync(HandleErrors), Options, _a, refusing);

        var failure = _bench.Failure<DeviceException>(
            mirror.DiscardAsync(3 * RegionBytes, RegionBytes, default).AsTask());

        Assert.Equal(DeviceErrorKind.NotSupported, failure.Kind);
        _bench.WaitUntilInSync(mirror);
        Assert.Equal("2 a b 8/8 1 AA 1 core", _bench.Status(mirror));
        AssertEqual(_a, _b);
    }

    [Theory]
    [InlineData("")]
    [InlineData(HandleErrors)]
    public void M22_deliberately_a_failed_recovery_is_never_in_sync_and_tried_again_after_a_delay(string features)
    {
        var b = new FaultyBlockDevice(
            Leg(2), new DeviceFault(DeviceOperation.Write) { Range = Core.SectorRange.Create(7 * 16, 16), Times = 1 });
        var mirror = _bench.Start(Table(features: features), OneByOne, _a, b);
        _bench.Settle();

        Assert.Equal("2 a b 7/8 1 AS 1 core", _bench.Status(mirror));
        _bench.Loop.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal("2 a b 7/8 1 AS 1 core", _bench.Status(mirror));
        _bench.Loop.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal("2 a b 8/8 1 AA 1 core", _bench.Status(mirror));
        _bench.AssertReads(mirror, 7 * RegionBytes, RegionBytes, 1);
    }

    [Fact]
    public void With_a_leg_lost_writes_to_what_it_lacks_are_held_and_others_go_on()
    {
        var (mirror, _) = StartWithHeldWrite();

        var lacking = BeginRegion(mirror, 3, 10);
        _badB.Mend();
        _bench.WriteRegion(mirror, 4, 10);

        Assert.False(lacking.IsCompleted);
        Assert.Equal(2, _bench.Run(mirror.GetCountsAsync()).Held);
        AssertRegion(_b, 4, 10);
    }

    private (MirrorDevice Mirror, Task Write) StartWithHeldWrite()
    {
        var mirror = _bench.Start(InSync(HandleErrors), Options, _a, _badB);
        _badB.Fail(DeviceOperation.Write);
        var write = BeginRegion(mirror, 3, 9);
        _bench.Settle();

        Assert.False(write.IsCompleted);
        Assert.Equal([new MirrorNotice.LegFailed(1, LegErrors.Write)], _notices);
        Assert.Equal("2 a b 7/8 1 AD 1 core", _bench.Status(mirror));
        Assert.Equal(1, _bench.Run(mirror.GetCountsAsync()).Held);
        return (mirror, write);
    }
}
