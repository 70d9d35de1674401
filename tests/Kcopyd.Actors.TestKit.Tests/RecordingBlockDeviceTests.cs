using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;
using static Kcopyd.Actors.TestKit.Devices.DeviceLogPhase;

namespace Kcopyd.Actors.TestKit.Tests;

public sealed class RecordingBlockDeviceTests
{
    private readonly DeviceLog _log = new();

    [Fact]
    public async Task Devices_of_one_log_are_in_one_order()
    {
        await using var store = Device("store");
        await using var origin = Device("origin");

        await store.WriteAsync(4096, new byte[4096], WriteDurability.Cached, default);
        await store.WriteAsync(0, new byte[512], WriteDurability.Durable, default);
        _log.Mark("exception committed");
        await origin.WriteAsync(8192, new byte[512], WriteDurability.Cached, default);

        var found = _log.DemandSequence(
            entry => entry.Is(Completed, DeviceOperation.Write, "store") && entry.Covers(8),
            entry => entry.Is(Begun, DeviceOperation.Write, "store")
                && entry.Request.Durability == WriteDurability.Durable,
            entry => entry.Phase == Marked,
            entry => entry.Is(Begun, DeviceOperation.Write, "origin"));
        Assert.Equal([2, 3, 5, 6], found.Select(entry => entry.Sequence));
        _log.DemandBefore(
            entry => entry.Is(Completed, DeviceOperation.Write, "store"),
            entry => entry.Is(Begun, DeviceOperation.Write, "origin"));
        _log.DemandNone(entry => entry.Is(Begun, DeviceOperation.Read));
    }

    [Fact]
    public async Task Wrong_order_is_an_exception_that_shows_the_log()
    {
        await using var device = Device("target");
        await device.FlushAsync(0, default);
        await device.WriteAsync(0, new byte[512], WriteDurability.Cached, default);

        var failure = Assert.Throws<DeviceLogException>(() => _log.DemandBefore(
            entry => entry.Is(Completed, DeviceOperation.Write),
            entry => entry.Is(Begun, DeviceOperation.Flush)));

        Assert.Contains("target Completed Write 0+1 epoch 0", failure.Message, StringComparison.Ordinal);
        Assert.Throws<DeviceLogException>(() => _log.DemandSequence(
            entry => entry.Is(Completed, DeviceOperation.Write), entry => entry.Is(Begun, DeviceOperation.Flush)));
    }

    [Fact]
    public async Task Failure_is_recorded_with_its_cause_and_its_beginning()
    {
        var faulty = new FaultyBlockDevice(new ArrayBlockDevice(8192), DeviceFault.At(DeviceOperation.Read, 1));
        await using var device = new RecordingBlockDevice(faulty, _log, "source");

        await Assert.ThrowsAsync<DeviceException>(() => device.ReadAsync(512, new byte[512], default).AsTask());

        var entry = Assert.Single(_log.Find(Failed, DeviceOperation.Read));
        Assert.Equal(1, entry.BegunAt);
        Assert.IsType<DeviceException>(entry.Failure);
        Assert.Empty(_log.Covering(1, DeviceOperation.Read));
    }

    [Fact]
    public async Task Requests_that_cover_a_sector_are_found()
    {
        await using var device = Device("source");
        await device.ReadAsync(0, new byte[1024], default);
        await device.ReadAsync(1024, new byte[1024], default);

        var before = _log.Entries;
        await device.ReadAsync(512, new byte[1024], default);

        Assert.Equal([(0L, 1024L), (512L, 1024L)], Ranges(1));
        Assert.Equal([(1024L, 1024L), (512L, 1024L)], Ranges(2));
        Assert.Equal(4, before.Length);

        IEnumerable<(long Offset, long Length)> Ranges(long sector) =>
            _log.Covering(sector, DeviceOperation.Read).Select(entry => (entry.Request.Offset, entry.Request.Length));
    }

    private RecordingBlockDevice Device(string name) => new(new ArrayBlockDevice(64 * 512), _log, name);
}
