using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Devices that make no mirror: one sentence each, and nothing written.</summary>
public sealed class MirrorGeometryTests : IDisposable
{
    private readonly MirrorBench _bench = new();
    private readonly MemoryBlockDevice _a = Leg(1);
    private readonly MemoryBlockDevice _b = Leg(2);
    private readonly MemoryBlockDevice _log = LogDevice();

    public void Dispose()
    {
        AssertHolds(_a, 0, Length, 1);
        AssertHolds(_b, 0, Length, 2);
        Assert.Equal(new byte[4096], Bytes(_log, 0, 4096));
        _bench.Dispose();
    }

    [Fact]
    public void Leg_that_is_too_small() => AssertRefused(
        "it has 127 sectors, but the mirror needs 128 from sector 0 on", Table(), null, _a, Leg(2, Length - 512));

    [Fact]
    public void Leg_that_is_too_small_behind_its_offset() => AssertRefused(
        "it has 128 sectors, but the mirror needs 128 from sector 1 on",
        MirrorTable.Parse("0 128 mirror core 1 16 2 a 0 b 1"),
        null,
        _a,
        _b);

    [Fact]
    public void Leg_that_is_read_only() => AssertRefused(
        "a leg of a mirror has to be writable", Table(), null, _a, new LimitedBlockDevice(_b) { IsReadOnly = true });

    [Fact]
    public void Legs_that_share_storage() => AssertRefused("share storage", Table(), null, _a, _a);

    [Fact]
    public void Leg_that_is_the_log() => AssertRefused("share storage", Table("disk 2 log 16"), _a, _a, _b);

    [Fact]
    public void Parts_of_one_device_that_do_not_overlap_are_legs()
    {
        var device = new MemoryBlockDevice(128.KiB);
        var mirror = _bench.Start(MirrorTable.Parse("0 128 mirror core 1 16 2 a 0 a 128"), device, device);
        _bench.WaitUntilInSync(mirror);
    }

    [Fact]
    public void Leg_whose_blocks_do_not_divide_a_region() => AssertRefused(
        "region size, offset and length of the mirror have to be multiples of its blocks, 4096 bytes",
        Table("core 1 2"),
        null,
        _a,
        new LimitedBlockDevice(_b) { LogicalBlockSize = 4096 });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Number_of_devices_that_is_another_than_of_legs(int count) => AssertRefused(
        $"its table has 2 legs, but there are {count} devices",
        Table(),
        null,
        [.. new[] { _a, _b, Leg(3) }.Take(count)]);

    [Fact]
    public void Disk_log_without_a_device() => AssertRefused(
        "a log device is needed with a disk log, and only then", Table("disk 2 log 16"), null, _a, _b);

    [Fact]
    public void Core_log_with_a_device() => AssertRefused(
        "a log device is needed with a disk log, and only then", Table(), _log, _a, _b);

    [Fact]
    public void Log_device_that_is_too_small()
    {
        var parts = new MirrorParts([_a, _b], LogDevice(1024), AreOwned: false);

        var refusal = _bench.Failure<MirrorLogException>(
            MirrorDevice.CreateAsync(_bench.System, Table("disk 2 log 16"), parts));

        Assert.Equal(
            "The log device log is too small: it has 1024 bytes, and the log of 8 regions takes 1536.",
            refusal.Message);
    }

    [Fact]
    public void Mirror_has_the_largest_blocks_and_what_all_legs_can()
    {
        var mirror = _bench.Start(
            InSync(),
            new LimitedBlockDevice(Leg(1)) { LogicalBlockSize = 4096, Without = BlockDeviceAbilities.Discard },
            Leg(1));

        Assert.Equal((4096, Length, false),
            (mirror.Geometry.LogicalBlockSize, (int)mirror.Geometry.LengthBytes, mirror.Geometry.IsReadOnly));
        Assert.True(mirror.Geometry.Can(BlockDeviceAbilities.WriteZeroes));
        Assert.False(mirror.Geometry.Can(BlockDeviceAbilities.Discard));
        Assert.Equal(
            DeviceErrorKind.NotSupported,
            _bench.Failure<DeviceException>(() => mirror.DiscardAsync(0, 4096, default).AsTask()).Kind);
        Assert.Equal(
            DeviceErrorKind.InvalidRequest,
            _bench.Failure<DeviceException>(Begin(mirror, 512, 512, 9)).Kind);
    }

    private void AssertRefused(string reason, MirrorTable table, IBlockDevice? log, params IBlockDevice[] legs)
    {
        var refusal = _bench.Failure<DeviceException>(
            () => MirrorDevice.CreateAsync(_bench.System, table, new MirrorParts([.. legs], log, AreOwned: false)));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }
}
