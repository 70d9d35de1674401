using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What an origin is as a device: read-only ones, odd ends, options.</summary>
public sealed class SnapshotOriginTests : IDisposable
{
    private readonly SnapshotBench _bench = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Origin_without_snapshots_is_its_device()
    {
        var origin = _bench.Start(_device, new OriginOptions { Name = "disk" });

        Assert.Equal(("disk", (long)Length), (origin.Identity.Uri, origin.Geometry.LengthBytes));
        Assert.Equal(512, origin.Geometry.LogicalBlockSize);
        _bench.WriteChunk(origin, 5, 2);
        _bench.Run(BeginFlush(origin));
        _bench.AssertChunk(origin, 5, 2);
        AssertHolds(_device, 5, 2);
        Assert.Equal(_device.Locate(512, 512), origin.Locate(512, 512));
        _bench.Run(origin.ConfirmAsync(default));
        _bench.Run(origin.DropCacheAsync(0, Length, default));
        origin.SetThrottle(1.MiB, 50);
        origin.SetThrottle(null, null);
        Assert.Throws<ArgumentOutOfRangeException>(() => origin.SetThrottle(null, 101));
        Assert.Throws<ArgumentOutOfRangeException>(() => origin.SetThrottle(null, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => origin.SetThrottle(new ByteCount(-1), null));
    }

    [Fact]
    public void Snapshot_of_a_read_only_origin_takes_writes_and_is_not_merged()
    {
        var origin = _bench.Start(new LimitedBlockDevice(_device) { IsReadOnly = true });
        var table = Table("P 8 2 discard_zeroes_cow discard_passdown_origin");
        var snapshot = _bench.Add(origin, _cow, table);

        _bench.WriteChunk(snapshot, 3, 7);
        _bench.Run(Begin(snapshot, 4 * ChunkBytes, 512, 7));
        _bench.Run(BeginDiscard(snapshot, 3));
        _bench.Run(BeginFlush(snapshot));

        Assert.True(origin.Geometry.IsReadOnly);
        AssertReadOnly(CallAsync(() => Begin(origin, 0, 512, 2)));
        Assert.Equal(new byte[ChunkBytes], _bench.Read(snapshot, 3 * ChunkBytes, ChunkBytes));
        _bench.AssertReads(snapshot, (4 * ChunkBytes) + 512, ChunkBytes - 512, 1);
        AssertReadOnly(origin.AddSnapshotAsync(Table(target: "snapshot-merge"), Cow()));
        AssertReadOnly(origin.LoadSuccessorAsync(snapshot, Table(target: "snapshot-merge")));
        AssertHolds(_device, 3, 1);

        static async Task CallAsync(Func<Task> call) => await call().ConfigureAwait(false);
    }

    [Theory]
    [InlineData("P 8", false)]
    [InlineData("P 1", false)]
    [InlineData("P 8", true)]
    [InlineData("P 1", true)]
    public void Origin_of_an_odd_length_is_kept_and_merged_to_its_last_byte(string store, bool hasBlocks)
    {
        const int Odd = (3 * ChunkBytes) + 700;
        const int Padded = (3 * ChunkBytes) + 1024;
        var device = Origin(1, Odd);
        IBlockDevice cow = hasBlocks ? new LimitedBlockDevice(_cow) { LogicalBlockSize = 512 } : _cow;
        var origin = _bench.Start(device);
        var snapshot = _bench.Add(origin, cow, Table(store, length: Padded));
        Assert.Equal((Odd, Padded), (origin.Geometry.LengthBytes, snapshot.Geometry.LengthBytes));

        _bench.Run(Begin(origin, 3 * ChunkBytes, 700, 2));
        _bench.AssertReads(origin, 3 * ChunkBytes, 700, 2);
        Assert.Null(TestPatterns.FirstDifference(_bench.Read(snapshot, 0, Padded).AsSpan(0, Odd), 0, 1));
        Assert.Equal(new byte[Padded - Odd], _bench.Read(snapshot, 3 * ChunkBytes, 1024)[700..]);
        _bench.Run(Begin(snapshot, (3 * ChunkBytes) + 512, 512, 7));
        _bench.Run(snapshot.SuspendAsync());
        var gated = Gateable(device);
        _bench.Run(origin.DisposeAsync());

        var merged = _bench.Start(gated);
        var merging = _bench.Load(merged, cow, Table(store, "snapshot-merge", Padded));
        gated.CloseGate(DeviceOperation.Write);
        _bench.Run(merging.ResumeAsync());
        _bench.Settle();
        _bench.AssertReads(merged, (3 * ChunkBytes) + 512, 188, 7);
        var write = Begin(merged, (3 * ChunkBytes) + 512, 188, 8);
        _bench.Settle();
        _bench.Simulation.Open(gated);
        _bench.Run(write);
        _bench.Run(merging.WaitUntilMergedAsync());

        _bench.AssertReads(merged, 0, (3 * ChunkBytes) + 512, 1);
        _bench.AssertReads(merged, (3 * ChunkBytes) + 512, 188, 8);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Odd_end_is_written_in_the_store_while_it_waits_to_be_merged(bool hasBlocks)
    {
        const int Odd = (3 * ChunkBytes) + 700;
        const int Padded = (3 * ChunkBytes) + 1024;
        var device = Origin(1, Odd);
        var gated = Gateable(device);
        IBlockDevice cow = hasBlocks ? new LimitedBlockDevice(_cow) { LogicalBlockSize = 512 } : _cow;
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, cow, Table(length: Padded));
        _bench.Run(Begin(snapshot, 3 * ChunkBytes, 1024, 7));
        _bench.WriteChunk(snapshot, 0, 7);
        _bench.Run(snapshot.SuspendAsync());
        var merging = _bench.Run(origin.LoadSuccessorAsync(snapshot, Table("P 8", "snapshot-merge", Padded)));
        gated.CloseGate(DeviceOperation.Write);
        _bench.Run(merging.ResumeAsync());
        _bench.Settle();

        _bench.Run(Begin(origin, 3 * ChunkBytes, 700, 8));
        _bench.AssertReads(origin, 3 * ChunkBytes, 700, 8);
        _bench.AssertReads(origin, (3 * ChunkBytes) + 512, 188, 8);
        _bench.Run(origin.WriteZeroesAsync((3 * ChunkBytes) + 512, 188, default));
        Assert.Equal(new byte[188], _bench.Read(origin, (3 * ChunkBytes) + 512, 188));
        _bench.Run(Begin(origin, (3 * ChunkBytes) + 512, 188, 9));
        _bench.Simulation.Open(gated);
        _bench.Run(merging.WaitUntilMergedAsync());

        _bench.AssertReads(origin, 3 * ChunkBytes, 512, 8);
        _bench.AssertReads(origin, (3 * ChunkBytes) + 512, 188, 9);
        _bench.AssertChunk(origin, 0, 7);
    }

    [Fact]
    public void Options_have_ranges()
    {
        AssertRange(() => new OriginOptions { PageBudget = new ByteCount(4095) });
        AssertRange(() => new OriginOptions { PageBudget = new ByteCount((1L << 30) + 1) });
        AssertRange(() => new OriginOptions { CopyRate = new ByteCount(-1) });
        AssertRange(() => new OriginOptions { CopyPercent = -1 });
        AssertRange(() => new OriginOptions { CopyPercent = 101 });
        AssertRange(() => new OriginOptions { LogicalBlockSize = 256 });
        AssertRange(() => new OriginOptions { LogicalBlockSize = 1536 });
        AssertRange(() => new OriginOptions { LogicalBlockSize = 128 * 1024 });
        AssertRange(() => new OriginOptions { DisposeTimeout = TimeSpan.FromMilliseconds(9) });
        AssertRange(() => new OriginOptions { DisposeTimeout = TimeSpan.FromMinutes(61) });
        AssertRange(() => new SnapshotOptions { MaxPending = 0 });
        AssertRange(() => new SnapshotOptions { FillWarnings = default });
        AssertRange(() => new SnapshotOptions { FillWarnings = [0] });
        AssertRange(() => new SnapshotOptions { FillWarnings = [50, 101] });
        AssertRange(() => new SnapshotOptions { FillWarnings = [60, 60] });
        Assert.Empty(new SnapshotOptions { FillWarnings = [] }.FillWarnings);
        Assert.Equal(4.KiB, new OriginOptions { PageBudget = 4.KiB }.PageBudget);

        static void AssertRange(Func<object> make) => Assert.Throws<ArgumentOutOfRangeException>(make);
    }

    private void AssertReadOnly(Task task) =>
        Assert.Equal(DeviceErrorKind.ReadOnly, _bench.Failure<DeviceException>(task).Kind);
}
