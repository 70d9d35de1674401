using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>How fast copies into stores go, and that they never wait for who waits for them.</summary>
public sealed class SnapshotPaceTests
{
    private const int Large = 512 * 1024;

    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(256)]
    public void Copy_onto_an_origin_with_two_snapshots_over_a_recovering_mirror_ends_with_every_budget_at_one_segment(
        int kibibytes)
    {
        for (var seed = 0; seed < 4; seed++)
        {
            using var bench = new MirrorBench(seed);
            MemoryBlockDevice a = Origin(1, Large), b = Origin(2, Large), source = Origin(7, Large);
            var mirror = bench.Start(
                MirrorBench.Table(sectors: Large / 512),
                new MirrorOptions { PageBudget = kibibytes.KiB, RecoverySize = kibibytes.KiB },
                bench.Simulation.On(a),
                bench.Simulation.On(b));
            var origin = OriginDevice.Create(
                bench.System, mirror, isOwned: false, new OriginOptions { PageBudget = kibibytes.KiB });
            var first = Add(bench, origin, "P 16", 1);
            var second = Add(bench, origin, "N 8", 32);
            var client = bench.Simulation.Client(new KcopydClientOptions { PageBudget = kibibytes.KiB });

            var completed = client.Run(CopyRequest.Copy(IoRegion.Whole(source), IoRegion.Whole(origin)) with
            {
                Options = new CopyOptions { SegmentSize = kibibytes.KiB, Flush = true },
            });

            Copying.Devices.AssertGood(completed);
            MirrorBench.AssertHolds(a, 0, Large, 7);
            AssertCopied(client, first, kibibytes);
            AssertCopied(client, second, kibibytes);
            bench.WaitUntilInSync(mirror);
            MirrorBench.AssertEqual(a, b);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(256)]
    public void Merge_ends_with_a_budget_of_one_page(int chunkSectors)
    {
        using var bench = new SnapshotBench();
        var (device, cow) = (Origin(1, Large), new MemoryBlockDevice(2.MiB));
        var origin = bench.Start(device, new OriginOptions { PageBudget = 4.KiB });
        var snapshot = bench.Add(origin, cow, Table($"P {chunkSectors}", length: Large));
        var other = bench.Add(origin, new MemoryBlockDevice(2.MiB), Table("N 8", length: Large));
        bench.Run(Begin(snapshot, 0, Large / 2, 7));
        bench.Run(snapshot.DisposeAsync());

        var merging = bench.Add(origin, cow, Table($"P {chunkSectors}", "snapshot-merge", Large));
        bench.Run(Begin(origin, Large - 8192, 8192, 8));
        bench.Run(merging.WaitUntilMergedAsync());

        bench.AssertReads(origin, 0, Large / 2, 7);
        bench.AssertReads(origin, Large - 8192, 8192, 8);
        bench.AssertReads(other, 0, Large, 1);
    }

    [Fact]
    public void Rate_limits_copies_and_is_changed_meanwhile()
    {
        using var bench = new SnapshotBench();
        var origin = bench.Start(Origin(1, Large), new OriginOptions { CopyRate = new ByteCount(Large / 20) });
        var snapshot = bench.Add(origin, new MemoryBlockDevice(2.MiB), Table(length: Large));

        for (var chunk = 0; chunk < 64; chunk++)
        {
            bench.WriteChunk(origin, chunk, 2);
        }

        Assert.InRange(bench.Loop.Now.TotalSeconds, 8, 11);
        origin.SetThrottle(ByteCount.Zero, null);
        var before = bench.Loop.Now;
        for (var chunk = 64; chunk < 128; chunk++)
        {
            bench.WriteChunk(origin, chunk, 2);
        }

        Assert.InRange((bench.Loop.Now - before).TotalSeconds, 0, 1.5);
        bench.AssertReads(snapshot, 0, Large, 1);
    }

    private static SnapshotDevice Add(MirrorBench bench, OriginDevice origin, string store, int maxPending) =>
        bench.Run(origin.AddSnapshotAsync(
            Table(store, length: Large),
            bench.Simulation.On(new MemoryBlockDevice(2.MiB)),
            isOwned: false,
            new SnapshotOptions { MaxPending = maxPending }));

    /// <summary>A snapshot is copied too, and shows what was before.</summary>
    private static void AssertCopied(Copying.SimulatedClient client, SnapshotDevice snapshot, int kibibytes)
    {
        var target = Origin(3, Large);
        var completed = client.Run(CopyRequest.Copy(IoRegion.Whole(snapshot), IoRegion.Whole(target)) with
        {
            Options = new CopyOptions { SegmentSize = kibibytes.KiB },
        });

        Copying.Devices.AssertGood(completed);
        MirrorBench.AssertHolds(target, 0, Large, 1);
    }
}
