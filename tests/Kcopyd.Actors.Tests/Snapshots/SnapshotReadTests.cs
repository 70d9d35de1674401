using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Core;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Reads of snapshots and origins, and questions about what they hold.</summary>
public sealed class SnapshotReadTests : IDisposable
{
    private readonly SnapshotBench _bench = new();
    private readonly DeviceLog _log = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void S8_read_that_races_a_write_of_the_origin_returns_old_data_and_the_write_waits_for_it()
    {
        var gated = Gateable(new RecordingBlockDevice(_device, _log, "origin"));
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, _cow);
        gated.CloseGate(DeviceOperation.Read);
        var bytes = new byte[ChunkBytes];

        var read = BeginRead(snapshot, 5, bytes);
        _bench.Settle();
        var write = BeginChunk(origin, 5, 2);
        _bench.Settle();
        _bench.Simulation.Release(gated.Waiting[1]);
        Assert.Equal(1, _bench.Run(snapshot.GetCountsAsync()).Exceptions);
        Assert.Empty(_log.Find(DeviceLogPhase.Begun, DeviceOperation.Write));
        Assert.False(write.IsCompleted);
        _bench.Simulation.Release(gated.Waiting[0]);
        _bench.Run(Task.WhenAll(read, write));
        _bench.Simulation.Open(gated);

        Assert.Null(TestPatterns.FirstDifference(bytes, 5 * ChunkBytes, 1));
        _bench.AssertChunk(origin, 5, 2);
    }

    [Fact]
    public void S8_write_waits_for_no_read_of_other_chunks()
    {
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, _cow);
        _bench.WriteChunk(origin, 7, 2);
        gated.CloseGate(DeviceOperation.Read);
        var read = snapshot.ReadAsync(6 * ChunkBytes, new byte[3 * ChunkBytes], default).AsTask();
        _bench.Settle();

        _bench.WriteChunk(origin, 7, 3);
        var write = BeginChunk(origin, 8, 3);
        _bench.Settle();
        Assert.False(write.IsCompleted);

        _bench.Simulation.Open(gated);
        _bench.Run(Task.WhenAll(read, write));
    }

    [Fact]
    public void Deliberately_a_read_that_overlaps_an_invalidation_fails_rather_than_return_new_data()
    {
        var cow = new SwitchedDevice(_cow);
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, cow);
        gated.CloseGate(DeviceOperation.Read);
        var read = BeginRead(snapshot, 5, new byte[ChunkBytes]);
        _bench.Run(snapshot.GetBlockStatusAsync(0, 512, default).AsTask());
        cow.Fail(DeviceOperation.Write);

        var write = BeginChunk(origin, 5, 2);
        _bench.Settle();
        _bench.Simulation.Release(gated.Waiting[1]);
        _bench.Run(write);
        Assert.Equal("Invalid", _bench.Status(snapshot));
        _bench.Simulation.Open(gated);

        _bench.AssertEio(read);
        _bench.AssertEio(snapshot.GetBlockStatusAsync(0, 512, default).AsTask());
    }

    [Fact]
    public void S9_requests_within_chunks_and_over_their_borders_read_and_write_what_they_name()
    {
        var expected = TestPatterns.Create(0, Length, 1);
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);
        (int Sector, int Count)[] writes =
            [(0, 1), (7, 1), (8, 1), (15, 2), (23, 10), (40, 8), (47, 1), (57, 6), (64, 16), (500, 12)];
        foreach (var (sector, count) in writes)
        {
            _bench.Run(Begin(snapshot, sector * 512, count * 512, sector + 2));
            TestPatterns.Fill(expected.AsSpan(sector * 512, count * 512), sector * 512, sector + 2);
        }

        for (var sector = 0; sector < 90; sector++)
        {
            foreach (var count in new[] { 1, 2, 7, 8, 9, 17 })
            {
                Assert.Equal(
                    expected[(sector * 512)..((sector + count) * 512)],
                    _bench.Read(snapshot, sector * 512, count * 512));
            }
        }

        Assert.Equal(expected, _bench.Read(snapshot, 0, Length));
        _bench.AssertReads(origin, 0, Length, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(2048)]
    public void Large_requests_are_divided(int chunkSectors)
    {
        const int Large = 5 * 1024 * 1024;
        var (device, cow) = (Origin(1, Large), new MemoryBlockDevice(16.MiB));
        var other = new MemoryBlockDevice(16.MiB);
        var origin = _bench.Start(device, new OriginOptions { PageBudget = 256.KiB });
        var snapshot = _bench.Add(origin, cow, Table($"P {chunkSectors}", length: Large));
        var small = _bench.Add(origin, other, Table("N 16", length: Large));

        _bench.Run(Begin(snapshot, 512, Large - 1024, 3));
        _bench.Run(Begin(origin, 1024, Large - 2048, 2));

        _bench.AssertReads(snapshot, 0, 512, 1);
        _bench.AssertReads(snapshot, 512, Large - 1024, 3);
        _bench.AssertReads(snapshot, Large - 512, 512, 1);
        _bench.AssertReads(small, 0, Large, 1);
        _bench.AssertReads(origin, 1024, Large - 2048, 2);
        _bench.Run(snapshot.WriteZeroesAsync(0, Large, default));
        Assert.Equal(-1, _bench.Read(snapshot, 0, Large).AsSpan().IndexOfAnyExcept((byte)0));
        _bench.AssertReads(small, 0, Large, 1);
    }

    [Fact]
    public void Requests_out_of_bounds_or_between_sectors_are_refused()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow, Table(length: Length / 2));

        foreach (var device in new IBlockDevice[] { origin, snapshot })
        {
            var end = device.Geometry.LengthBytes;
            AssertInvalid(() => device.ReadAsync(end, new byte[512], default));
            AssertInvalid(() => device.ReadAsync(100, new byte[512], default));
            AssertInvalid(() => device.WriteAsync(0, new byte[100], WriteDurability.Cached, default));
            AssertInvalid(() => device.WriteZeroesAsync(end - 512, 1024, default));
            AssertInvalid(async () => await device.GetBlockStatusAsync(end, 512, default).ConfigureAwait(false));
            _bench.Run(device.ReadAsync(end, Memory<byte>.Empty, default));
            _bench.Run(device.WriteAsync(end, ReadOnlyMemory<byte>.Empty, WriteDurability.Cached, default));
        }

        void AssertInvalid(Func<ValueTask> call)
        {
            var failure = _bench.Failure<DeviceException>(CallAsync());
            Assert.Equal(DeviceErrorKind.InvalidRequest, failure.Kind);

            async Task CallAsync() => await call().ConfigureAwait(false);
        }
    }

    [Fact]
    public void Block_status_of_a_snapshot_is_that_of_its_chunks()
    {
        var (device, cow) = (new MemoryBlockDevice(1.MiB), new MemoryBlockDevice(4.MiB));
        var origin = _bench.Start(device);
        _bench.Run(Begin(origin, 128 * 1024, 64 * 1024, 1));
        var snapshot = _bench.Add(origin, cow, Table("P 128", length: 1024 * 1024));
        _bench.Run(Begin(origin, 0, 64 * 1024, 2));
        _bench.Run(Begin(snapshot, 256 * 1024, 64 * 1024, 2));
        _bench.Run(origin.DiscardAsync(128 * 1024, 64 * 1024, default));

        Assert.Equal("DHDHDHHHHHHHHHHH", StatusesOf(snapshot));
        Assert.Equal("DHHHHHHHHHHHHHHH", StatusesOf(origin));
    }

    [Fact]
    public void Block_status_of_a_snapshot_is_not_what_the_origin_has_become_meanwhile()
    {
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        var snapshot = _bench.Add(origin, _cow);
        gated.CloseGate(DeviceOperation.BlockStatus);
        var status = snapshot.GetBlockStatusAsync(0, Length, default).AsTask();
        _bench.Settle();

        var discard = origin.DiscardAsync(0, Length, default).AsTask();
        _bench.Settle();
        Assert.False(discard.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(discard);

        Assert.Equal(BlockStatus.Data, _bench.Run(status)[0].Status);
    }

    [Fact]
    public void Block_status_while_a_snapshot_is_merged_is_that_of_what_is_read()
    {
        const int Covered = (3 * 64 * 1024) - 4096;
        var (device, cow) = (new MemoryBlockDevice(256.KiB), new MemoryBlockDevice(4.MiB));
        _bench.Run(TestPatterns.FillDeviceAsync(device, 1));
        var gated = Gateable(cow);
        var origin = _bench.Start(device);
        var snapshot = _bench.Add(origin, gated, Table("P 128", length: Covered));
        _bench.Run(snapshot.WriteAsync(0, new byte[Covered], WriteDurability.Cached, default));
        _bench.Run(origin.DiscardAsync(64 * 1024, 64 * 1024, default));
        _bench.Run(snapshot.DisposeAsync());
        gated.CloseGate(DeviceOperation.Read);
        var loading = origin.AddSnapshotAsync(Table("P 128", "snapshot-merge", Covered), gated);
        while (!loading.IsCompleted)
        {
            _bench.Loop.Post(() => gated.ReleaseAll());
            _bench.Settle();
        }

        var merging = _bench.Run(loading);
        Assert.DoesNotContain('H', StatusesOf(origin));
        Assert.Equal("DDD", StatusesOf(merging));
        var tail = _bench.Run(origin.GetBlockStatusAsync(Covered, 4096, default).AsTask());
        Assert.Equal(new BlockExtent(Covered, 4096, BlockStatus.Data), Assert.Single(tail));
        _bench.Simulation.Open(gated);
        _bench.Run(merging.WaitUntilMergedAsync());
        Assert.Equal(new byte[Covered], _bench.Read(origin, 0, Covered));
        _bench.AssertReads(origin, Covered, 4096, 1);
    }

    /// <summary>D for data, H for holes and zeros, for each 64 KiB; asked again from where an answer ended.</summary>
    private string StatusesOf(IBlockDevice device)
    {
        var text = "";
        for (var at = 0L; at < device.Geometry.LengthBytes;)
        {
            var extents = _bench.Run(
                device.GetBlockStatusAsync(at, device.Geometry.LengthBytes - at, default).AsTask());
            Assert.Equal(at, extents[0].Offset);
            foreach (var extent in extents)
            {
                Assert.Equal(at, extent.Offset);
                var count = (int)((extent.Length + 65535) / 65536);
                text += new string(extent.Status == BlockStatus.Data ? 'D' : 'H', count);
                at += extent.Length;
            }
        }

        return text;
    }
}
