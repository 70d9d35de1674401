using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Mirrors.MirrorBench;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>How fast recoveries go, and that they never wait for who waits for them.</summary>
public sealed class MirrorPaceTests : IDisposable
{
    private const int ManyRegions = 400;

    private const int LargeLength = ManyRegions * RegionBytes;

    private readonly MirrorBench _bench = new();
    private readonly MemoryBlockDevice _a = Leg(1, LargeLength);
    private readonly MemoryBlockDevice _b = Leg(2, LargeLength);

    private static MirrorTable Large => Table(sectors: ManyRegions * RegionSectors);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Rate_limits_a_recovery()
    {
        var options = RegionByRegion with { RecoveryRate = new ByteCount(LargeLength / 20) };
        var mirror = _bench.Start(Large, options, _a, _b);

        _bench.WaitUntilInSync(mirror);

        Assert.InRange(_bench.Loop.Now.TotalSeconds, 18, 21);
        AssertEqual(_a, _b);
    }

    [Fact]
    public void Rate_is_changed_meanwhile_and_holds_after_a_leg_was_replaced()
    {
        var options = RegionByRegion with { RecoveryRate = new ByteCount(1) };
        var mirror = _bench.Start(Large, options, _a, _b);
        _bench.Loop.Advance(TimeSpan.FromSeconds(60));
        Assert.InRange(_bench.Run(mirror.GetCountsAsync()).RecoveredRegions, 0, 10);
        mirror.SetRecoveryRate(ByteCount.Zero);
        _bench.WaitUntilInSync(mirror);
        Assert.InRange(_bench.Loop.Now.TotalSeconds, 60, 62);

        mirror.SetRecoveryRate(new ByteCount(LargeLength / 20));
        _bench.Run(mirror.ReplaceLegAsync(1, new MirrorLegSpec("n", 0), Leg(3, LargeLength), isOwned: false));
        _bench.Loop.Advance(TimeSpan.FromSeconds(10));

        Assert.InRange(_bench.Run(mirror.GetCountsAsync()).InSync, ManyRegions / 3, ManyRegions * 2 / 3);
    }

    [Fact]
    public void Recovery_steps_back_while_the_mirror_is_used_and_ends_all_the_same()
    {
        var idle = Measure(RegionByRegion, used: false);
        var used = Measure(RegionByRegion, used: true);
        var greedy = Measure(RegionByRegion with { RecoveryYields = false }, used: true);

        Assert.True(used > idle * 4, $"{used} against {idle}");
        Assert.True(greedy < idle * 2, $"{greedy} against {idle}");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(256)]
    public void Copy_onto_a_recovering_mirror_ends_with_every_budget_at_one_segment(int kibibytes)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            using var bench = new MirrorBench(seed);
            var (a, b) = (Leg(1, LargeLength), Leg(2, LargeLength));
            var mirror = bench.Start(
                Large,
                new MirrorOptions { PageBudget = kibibytes.KiB, RecoverySize = kibibytes.KiB },
                bench.Simulation.On(a),
                bench.Simulation.On(b));
            var client = bench.Simulation.Client(new KcopydClientOptions { PageBudget = kibibytes.KiB });
            var source = Leg(7, LargeLength);

            var completed = client.Run(CopyRequest.Copy(IoRegion.Whole(source), IoRegion.Whole(mirror)) with
            {
                Options = new CopyOptions { SegmentSize = kibibytes.KiB, Flush = true },
            });

            Copying.Devices.AssertGood(completed);
            AssertHolds(a, 0, LargeLength, 7);
            bench.WaitUntilInSync(mirror);
            AssertEqual(a, b);
        }
    }

    /// <summary>How long a resync takes in virtual time, on legs that take 10 ms for everything.</summary>
    private static TimeSpan Measure(MirrorOptions options, bool used)
    {
        using var bench = new MirrorBench();
        var mirror = bench.Start(Large, options, Slow(bench, Leg(1, LargeLength)), Slow(bench, Leg(2, LargeLength)));
        var inSync = mirror.WaitUntilInSyncAsync();
        while (!inSync.IsCompleted)
        {
            if (used)
            {
                bench.Read(mirror, 0, 512);
            }

            bench.Loop.Advance(TimeSpan.FromMilliseconds(20));
        }

        return bench.Loop.Now;
    }

    private static SimulatedBlockDevice Slow(MirrorBench bench, IBlockDevice device) => new(device, bench.Loop)
    {
        MinLatency = TimeSpan.FromMilliseconds(10),
        MaxLatency = TimeSpan.FromMilliseconds(10),
    };
}
