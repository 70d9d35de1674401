using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Observing;

/// <summary>What the engine's meter tells of mirrors.</summary>
[Collection(InstrumentsCollection.Name)]
public sealed class MirrorMetricsTests : IDisposable
{
    private readonly MirrorBench _bench = new();
    private readonly InstrumentRecorder _recorder = new();

    public void Dispose()
    {
        _recorder.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void Regions_out_of_sync_rise_and_fall_and_are_none_of_a_mirror_that_is_closed()
    {
        var bad = new SwitchedDevice(Leg(1));
        var mirror = _bench.Start(Table(), OneByOne, Leg(1), bad);
        _bench.WaitUntilInSync(mirror);
        bad.Fail(DeviceOperation.Write);
        _bench.WriteRegion(mirror, 1, 9);
        Assert.Equal(1, Sum("kcopyd.mirror.regions_out_of_sync", "{region}"));
        Assert.Equal(Length, Sum("kcopyd.mirror.bytes_recovered", "By"));

        _bench.Run(mirror.DisposeAsync());

        Assert.Equal(0, Sum("kcopyd.mirror.regions_out_of_sync", "{region}"));
        Assert.Contains(_recorder.Of("kcopyd.mirror.regions_out_of_sync"), one => one.Value == 8);
    }

    [Fact]
    public void Errors_of_legs_are_counted_by_what_they_failed()
    {
        var (badA, badB) = (new SwitchedDevice(Leg(1)), new SwitchedDevice(Leg(1)));
        var mirror = _bench.Start(InSync(), OneByOne, badA, badB);
        badB.Fail(DeviceOperation.Write, DeviceOperation.Flush);
        _bench.WriteRegion(mirror, 1, 9);
        _bench.Run(BeginFlush(mirror));
        _bench.Loop.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(1, Errors("write"));
        Assert.Equal(1, Errors("flush"));
        Assert.Equal(1, Errors("sync"));
        Assert.Equal(0, Errors("read"));
    }

    [Fact]
    public void Repairs_are_counted()
    {
        var bad = new FaultyBlockDevice(Leg(1), DeviceFault.At(DeviceOperation.Read, 1));
        var mirror = _bench.Start(InSync(), bad, Leg(1));

        _bench.AssertReads(mirror, 0, 512, 1);
        _bench.Settle();

        Assert.Equal(1, Sum("kcopyd.mirror.repairs", "{repair}"));
        Assert.Equal(1, Errors("read"));
    }

    private double Sum(string instrument, string unit)
    {
        var measured = _recorder.Of(instrument);
        Assert.All(measured, one => Assert.Equal(unit, one.Unit));
        return measured.Sum(one => one.Value);
    }

    private double Errors(string error) =>
        _recorder.Of("kcopyd.mirror.leg_errors").Where(one => one.Error == error).Sum(one => one.Value);
}
