using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Another device for a leg, while the mirror runs.</summary>
public sealed class MirrorReplacementTests : IDisposable
{
    private static readonly MirrorLegSpec New = new("n", 0);

    private readonly MirrorBench _bench = new();
    private readonly List<MirrorNotice> _notices = [];
    private readonly MemoryBlockDevice _a = Leg(1);
    private readonly MemoryBlockDevice _b = Leg(1);
    private readonly MemoryBlockDevice _new = Leg(5);

    private MirrorOptions Options => RegionByRegion with { OnNotice = _notices.Add };

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void New_leg_gets_everything_and_the_table_names_it()
    {
        var log = LogDevice();
        var mirror = _bench.StartOn(log, InSyncOnDisk(), Options, _a, _b);

        _bench.Run(mirror.ReplaceLegAsync(1, New, _new, isOwned: false));
        Assert.Equal("disk 3 log 16 nosync 2 a 0 n 0", mirror.Table.ToTableText());
        _bench.WaitUntilInSync(mirror);
        _bench.Settle();

        Assert.Equal("2 a n 8/8 1 AA 3 disk log A", _bench.Status(mirror));
        Assert.Equal([new MirrorNotice.LegReplaced(1), new MirrorNotice.InSync()], _notices);
        AssertEqual(_a, _new);
        Assert.Equal(8, _bench.Run(mirror.GetCountsAsync()).RecoveredRegions);
    }

    [Fact]
    public void Log_says_that_the_new_leg_holds_nothing_before_the_table_names_it()
    {
        var log = LogDevice();
        var gated = Gateable(log);
        var mirror = _bench.StartOn(gated, InSyncOnDisk(), Options, _a, _b);
        gated.CloseGate(DeviceOperation.Flush);

        var replaced = mirror.ReplaceLegAsync(1, New, _new, isOwned: false);
        _bench.Settle();
        Assert.Equal((false, "b"), (replaced.IsCompleted, mirror.Table.Legs[1].Device));
        _bench.Simulation.Open(gated);
        _bench.Run(replaced);

        Assert.Equal("n", mirror.Table.Legs[1].Device);
    }

    [Fact]
    public void Default_leg_that_is_replaced_hands_over_to_the_next_one()
    {
        var mirror = _bench.Start(InSync(), Options, _a, _b);

        _bench.Run(mirror.ReplaceLegAsync(0, New, _new, isOwned: false));
        _bench.WaitUntilInSync(mirror);

        Assert.Equal("core 2 16 nosync 2 b 0 n 0", mirror.Table.ToTableText());
        Assert.Equal("2 n b 8/8 1 AA 1 core", _bench.Status(mirror));
        AssertEqual(_b, _new);
    }

    [Fact]
    public void Replaced_leg_is_closed_when_its_last_reader_is_done_if_it_is_owned()
    {
        var gated = CopySimulation.Gated(_b, DeviceOperation.Read);
        var mirror = _bench.Run(MirrorDevice.CreateAsync(
            _bench.System, InSync(legs: 3), new MirrorParts([gated, _a, Leg(1)], null, AreOwned: true), Options));
        var buffer = new byte[512];
        var read = mirror.ReadAsync(0, buffer, default).AsTask();
        _bench.Settle();
        Assert.Single(gated.Waiting);

        _bench.Run(mirror.ReplaceLegAsync(0, New, _new, isOwned: false));
        _bench.WaitUntilInSync(mirror);
        Assert.False(read.IsCompleted);
        AssertRegion(_b, 0, 1);
        _bench.Simulation.Open(gated);
        _bench.Run(read);

        Assert.Null(TestPatterns.FirstDifference(buffer, 0, 1));
        Assert.Throws<DeviceException>(() => AssertRegion(_b, 0, 1));
        AssertRegion(_new, 0, 1);
    }

    [Fact]
    public void Writes_in_flight_at_a_replacement_reach_the_new_leg_too()
    {
        var gated = CopySimulation.Gated(_b, DeviceOperation.Write);
        var mirror = _bench.Start(InSync(), Options, _a, gated);
        var write = BeginRegion(mirror, 3, 9);
        _bench.Settle();

        var replaced = mirror.ReplaceLegAsync(1, New, _new, isOwned: false);
        _bench.Run(replaced);
        _bench.Settle();
        Assert.False(write.IsCompleted);
        AssertRegion(_new, 3, 5);
        _bench.Simulation.Open(gated);
        _bench.Run(write);
        _bench.WaitUntilInSync(mirror);

        AssertRegion(_new, 3, 9);
        AssertEqual(_a, _new);
    }

    [Fact]
    public void Write_that_the_old_leg_fails_is_no_error_of_the_new_one()
    {
        var gated = CopySimulation.Gated(_b, DeviceOperation.Write);
        var mirror = _bench.Start(InSync(), Options, _a, gated);
        var write = BeginRegion(mirror, 3, 9);
        _bench.Settle();
        _bench.Run(mirror.ReplaceLegAsync(1, New, _new, isOwned: false));

        _bench.Loop.Post(() => gated.Waiting[0].Fail(
            new DeviceException("b", DeviceOperation.Write, DeviceErrorKind.Io, "gone") { Errno = 5 }));
        _bench.Run(write);
        _bench.WaitUntilInSync(mirror);

        Assert.Equal("2 a n 8/8 1 AA 1 core", _bench.Status(mirror));
        AssertEqual(_a, _new);
    }

    [Fact]
    public void Leg_is_replaced_while_it_is_recovered_to()
    {
        var gated = CopySimulation.Gated(_b, DeviceOperation.Write);
        var mirror = _bench.Start(Table(), Options, _a, gated);
        _bench.Settle();

        var replaced = mirror.ReplaceLegAsync(1, New, _new, isOwned: false);
        _bench.Run(replaced);
        _bench.Settle();
        Assert.Equal(4, gated.Waiting.Length);
        _bench.Simulation.Open(gated);
        _bench.WaitUntilInSync(mirror);

        AssertEqual(_a, _new);
    }

    [Fact]
    public void Leg_that_alone_holds_regions_is_not_replaced()
    {
        var gated = CopySimulation.Gated(_a, DeviceOperation.Read);
        var mirror = _bench.Start(Table(), OneByOne with { Name = "m" }, gated, _b);

        var refusal = _bench.Failure<InvalidOperationException>(
            mirror.ReplaceLegAsync(0, New, _new, isOwned: false));

        Assert.StartsWith(
            "Leg 0 of m is not replaced: no other leg holds ev", refusal.Message, StringComparison.Ordinal);
        _bench.Simulation.Open(gated);
        _bench.WaitUntilInSync(mirror);
        AssertHolds(_new, 0, Length, 5);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void Mirror_whose_log_failed_replaces_no_leg()
    {
        var log = new SwitchedDevice(LogDevice());
        var mirror = _bench.StartOn(log, InSyncOnDisk(), Options, _a, _b);
        log.Fail(DeviceOperation.Write);

        _bench.Failure<MirrorLogException>(mirror.ReplaceLegAsync(1, New, _new, isOwned: false));
        var again = _bench.Failure<InvalidOperationException>(
            mirror.ReplaceLegAsync(1, New, _new, isOwned: false));

        Assert.EndsWith("is not replaced: its log failed.", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leg_is_replaced_while_the_mirror_is_suspended()
    {
        var mirror = _bench.Start(InSync(), Options, _a, _b);
        _bench.Run(mirror.SuspendAsync());

        _bench.Run(mirror.ReplaceLegAsync(1, New, _new, isOwned: false));
        _bench.Loop.Advance(TimeSpan.FromMinutes(1));
        AssertHolds(_new, 0, Length, 5);
        _bench.Run(mirror.ResumeAsync());
        _bench.WaitUntilInSync(mirror);

        AssertEqual(_a, _new);
    }

    [Fact]
    public void Only_what_a_returning_leg_lacks_is_copied()
    {
        var bad = new SwitchedDevice(_b);
        var mirror = _bench.Start(InSync(), Options, _a, bad);
        bad.Fail(DeviceOperation.Write);
        _bench.WriteRegion(mirror, 3, 9);
        _bench.WriteRegion(mirror, 6, 9);
        bad.Mend();

        _bench.WaitUntilInSync(mirror);

        Assert.Equal(2, _bench.Run(mirror.GetCountsAsync()).RecoveredRegions);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void Replacement_and_writes_wait_for_the_saved_table()
    {
        var saving = new TaskCompletionSource();
        List<string> saved = [];
        Task Save(MirrorTable table)
        {
            saved.Add(string.Join(' ', table.Legs.Select(leg => leg.Device)));
            return saving.Task;
        }

        var mirror = _bench.Start(InSync(), Options with { SaveTable = Save }, _a, _b);
        var replaced = mirror.ReplaceLegAsync(1, New, _new, isOwned: false);
        _bench.Settle();
        var write = BeginRegion(mirror, 3, 9);
        _bench.Settle();

        Assert.Equal(["a n"], saved);
        Assert.False(replaced.IsCompleted || write.IsCompleted);
        _bench.Loop.Post(saving.SetResult);
        _bench.Run(Task.WhenAll(replaced, write));
    }

    [Fact]
    public void Write_that_only_the_new_table_makes_safe_waits_until_it_is_saved_however_often_that_fails()
    {
        var saves = 0;
        var bad = new SwitchedDevice(_a);
        var mirror = _bench.Start(
            InSync("2 handle_errors keep_log"),
            Options with { SaveTable = Save },
            bad,
            _b);
        bad.Fail(DeviceOperation.Write);

        var write = BeginRegion(mirror, 3, 9);
        _bench.Settle();
        Assert.Equal((1, false), (saves, write.IsCompleted));
        _bench.Run(write);

        Assert.Equal(3, saves);
        Assert.Equal(TimeSpan.FromSeconds(10), _bench.Loop.Now);
        Assert.Equal("core 2 16 nosync 2 b 0 a 0 2 handle_errors keep_log", mirror.Table.ToTableText());

        Task Save(MirrorTable table) =>
            ++saves < 3 ? Task.FromException(new IOException("full")) : Task.CompletedTask;
    }

    [Fact]
    public void Device_that_does_not_fit_is_refused()
    {
        var log = new MemoryBlockDevice(4.KiB, 512);
        var mirror = _bench.StartOn(log, InSyncOnDisk(), Options, _a, _b);

        AssertRefused(Leg(5, Length - 512), "it has 127 sectors, but the mirror needs 128 from sector 0 on");
        AssertRefused(new LimitedBlockDevice(_new) { IsReadOnly = true }, "a leg of a mirror has to be writable");
        AssertRefused(_a, "share storage");
        AssertRefused(
            new LimitedBlockDevice(_new) { LogicalBlockSize = 4096 }, "are larger than those of the mirror, 512");
        _bench.Failure<ArgumentOutOfRangeException>(() => mirror.ReplaceLegAsync(2, New, _new, isOwned: false));
        AssertHolds(_new, 0, Length, 5);

        // The old device may come back.
        _bench.Run(mirror.ReplaceLegAsync(1, New, _b, isOwned: false));

        void AssertRefused(IBlockDevice device, string reason) => Assert.Contains(
            reason,
            _bench.Failure<DeviceException>(
                () => mirror.ReplaceLegAsync(1, New, device, isOwned: false)).Message,
            StringComparison.Ordinal);
    }
}
