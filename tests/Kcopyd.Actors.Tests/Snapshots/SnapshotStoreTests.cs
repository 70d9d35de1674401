using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Which devices and stores a snapshot takes, and what it says of itself.</summary>
public sealed class SnapshotStoreTests : IDisposable
{
    private readonly SnapshotBench _bench = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void S14_zeroed_device_becomes_a_new_store()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow, Table("P 0"));

        Assert.Equal(32, snapshot.Table.ChunkSectors);
        Assert.Equal("536E4170010000000100000020000000", Convert.ToHexString(Bytes(_cow, 0, 16)));
        Assert.Equal("64/768 64", _bench.Status(snapshot));
    }

    [Fact]
    public void S14_chunk_size_of_the_store_counts_and_not_that_of_the_table()
    {
        var origin = _bench.Start(_device);
        _bench.Run(_bench.Add(origin, _cow).DisposeAsync());

        var snapshot = _bench.Add(origin, _cow, Table("P 16"));

        Assert.Equal(8, snapshot.Table.ChunkSectors);
        Assert.Equal("0 512 snapshot origin cow P 8", snapshot.Table.ToString());
        _bench.WriteChunk(origin, 5, 2);
        Assert.Equal(new CowEntry(5, 2), Entry(_cow, 0, 0));
    }

    [Fact]
    public void S14_foreign_device_is_refused_and_left_as_it_is()
    {
        var log = new DeviceLog();
        var foreign = Copying.Devices.Filled(Length, 9);
        var origin = _bench.Start(_device);
        var cow = new RecordingBlockDevice(foreign, log, "cow");

        var refusal = _bench.Failure<SnapshotStoreException>(origin.AddSnapshotAsync(Table(), cow));

        Assert.Contains("cow", refusal.Message, StringComparison.Ordinal);
        log.DemandNone(entry => entry.Request.Operation is not DeviceOperation.Read);
        foreign.Write(0, new byte[1024 * 256], WriteDurability.Cached);
        _bench.Add(origin, foreign);
    }

    [Fact]
    public void S15_origin_and_cow_device_are_different_and_no_two_snapshots_share_one()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);

        AssertShared(origin.AddSnapshotAsync(Table(), _device));
        AssertShared(origin.AddSnapshotAsync(Table(), _cow));
        AssertShared(origin.AddSnapshotAsync(Table(), Gateable(_cow)));
        _bench.WriteChunk(origin, 5, 2);
        _bench.AssertChunk(snapshot, 5, 1);

        _bench.Run(snapshot.DisposeAsync());
        _bench.AssertChunk(_bench.Add(origin, _cow), 5, 1);
    }

    [Fact]
    public void S15_of_two_snapshots_that_are_loaded_from_one_device_at_once_one_is_refused()
    {
        var gated = Gateable(_cow);
        gated.CloseGate(DeviceOperation.Read);
        var origin = _bench.Start(_device);

        var first = origin.AddSnapshotAsync(Table(), gated);
        var second = origin.AddSnapshotAsync(Table(), _cow);
        AssertShared(second);
        _bench.Simulation.Open(gated);

        Assert.Equal("16/768 16", _bench.Status(_bench.Run(first)));
    }

    [Fact]
    public void Device_that_could_not_be_loaded_is_free_again()
    {
        var origin = _bench.Start(_device);
        var bad = new FaultyBlockDevice(_cow, new DeviceFault(DeviceOperation.Read));

        _bench.Failure<DeviceException>(origin.AddSnapshotAsync(Table(), bad));

        Assert.Equal("16/768 16", _bench.Status(_bench.Add(origin, bad)));
    }

    [Fact]
    public void Tables_that_do_not_fit_are_refused()
    {
        var origin = _bench.Start(_device);

        AssertInvalid(origin.AddSnapshotAsync(Table(length: Length + 512), _cow));
        AssertInvalid(origin.AddSnapshotAsync(SnapshotTable.Parse("0 512 snapshot-origin origin"), _cow));
        Assert.Equal(
            DeviceErrorKind.ReadOnly,
            _bench.Failure<DeviceException>(
                origin.AddSnapshotAsync(Table(), new LimitedBlockDevice(_cow) { IsReadOnly = true })).Kind);
        AssertInvalid(origin.AddSnapshotAsync(
            Table("P 8", "snapshot-merge"), new LimitedBlockDevice(_cow) { LogicalBlockSize = 4096 }));
        Assert.Equal(new byte[Length], Bytes(_cow, 0, Length));
    }

    [Fact]
    public void Damaged_store_is_refused_untouched_and_its_device_is_free_again()
    {
        var (origin, cow) = (_bench.Start(Origin()), Cow());
        _bench.MakeStore(origin, cow);
        var entry = Bytes(cow, ChunkBytes, 8);
        cow.Write(ChunkBytes, [0, 0, 0, 0, 0, 1, 0, 0], WriteDurability.Cached);
        var damaged = Bytes(cow, 0, 96 * ChunkBytes);

        var refusal = _bench.Failure<SnapshotStoreException>(origin.AddSnapshotAsync(Table(), cow, isOwned: true));

        Assert.IsType<CowStoreException>(refusal.InnerException);
        Assert.Equal(damaged, Bytes(cow, 0, 96 * ChunkBytes));
        cow.Write(ChunkBytes, entry, WriteDurability.Cached);
        _bench.AssertChunk(_bench.Add(origin, cow), 20, 8);
    }

    [Fact]
    public void Merge_of_a_store_with_large_blocks_needs_an_origin_that_shows_them()
    {
        var cow = new LimitedBlockDevice(_cow) { LogicalBlockSize = 4096 };
        var origin = _bench.Start(_device, new OriginOptions { LogicalBlockSize = 4096 });
        Assert.Equal(4096, origin.Geometry.LogicalBlockSize);
        var snapshot = _bench.Add(origin, cow);
        Assert.Equal(4096, snapshot.Geometry.LogicalBlockSize);
        _bench.WriteChunk(snapshot, 5, 7);
        _bench.Run(snapshot.DisposeAsync());

        var merging = _bench.Add(origin, cow, Table(target: "snapshot-merge"));
        _bench.WriteChunk(origin, 5, 8);
        _bench.Run(merging.WaitUntilMergedAsync());

        AssertHolds(_device, 5, 8);
    }

    [Fact]
    public void S16_status_follows_what_is_allocated_and_the_areas()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, new MemoryBlockDevice(1.MiB), Table("P 1"));
        Assert.Equal("2/2048 2", _bench.Status(snapshot));

        _bench.Run(Begin(origin, 0, 31 * 512, 2));
        Assert.Equal("33/2048 2", _bench.Status(snapshot));
        _bench.Run(Begin(origin, 31 * 512, 512, 2));
        Assert.Equal("35/2048 3", _bench.Status(snapshot));
        _bench.Run(Begin(origin, 32 * 512, 512, 2));
        Assert.Equal("36/2048 3", _bench.Status(snapshot));
        Assert.Equal(new SnapshotCounts(33, 0, 0), _bench.Run(snapshot.GetCountsAsync()));
    }

    [Fact]
    public void S23_transient_store_begins_at_chunk_0_has_no_metadata_and_forgets()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow, Table("N 8"));
        Assert.Equal("0/768 0", _bench.Status(snapshot));

        _bench.WriteChunk(origin, 5, 2);
        _bench.WriteChunk(snapshot, 6, 7);

        Assert.Equal("16/768 0", _bench.Status(snapshot));
        Assert.Equal(TestPatterns.Create(5 * ChunkBytes, ChunkBytes, 1), Bytes(_cow, 0, ChunkBytes));
        Assert.Equal(TestPatterns.Create(6 * ChunkBytes, ChunkBytes, 7), Bytes(_cow, ChunkBytes, ChunkBytes));
        _bench.AssertChunk(snapshot, 5, 1);
        _bench.AssertChunk(snapshot, 6, 7);
        _bench.Run(snapshot.DisposeAsync());
        var again = _bench.Add(origin, _cow, Table("N 8"));
        Assert.Equal("0/768 0", _bench.Status(again));
        _bench.AssertChunk(again, 5, 2);
        _bench.AssertChunk(again, 6, 1);
    }

    [Theory]
    [InlineData("P 16")]
    [InlineData("N 16")]
    public void S26_last_chunk_of_an_origin_is_copied_to_its_end(string store)
    {
        const int Short = Length + (3 * 512);
        var log = new DeviceLog();
        var device = Origin(1, Short);
        var origin = _bench.Start(new RecordingBlockDevice(device, log, "origin"));
        var snapshot = _bench.Add(origin, _cow, Table(store, length: Short));
        log.Clear();

        _bench.Run(Begin(origin, Length + 512, 512, 2));

        var read = Assert.Single(log.Find(DeviceLogPhase.Completed, DeviceOperation.Read));
        Assert.Equal((Length, 3L * 512), (read.Request.Offset, read.Request.Length));
        _bench.AssertReads(snapshot, 0, Short, 1);
        _bench.Run(Begin(snapshot, Length, 3 * 512, 7));
        _bench.AssertReads(snapshot, Length, 3 * 512, 7);
        _bench.AssertReads(origin, Length + 512, 512, 2);
    }

    [Fact]
    public void S26_snapshot_that_is_shorter_than_its_origin_ignores_what_is_behind()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow, Table(length: (9 * ChunkBytes) + 512));

        _bench.Run(Begin(origin, 8 * ChunkBytes, 4 * ChunkBytes, 2));

        Assert.Equal("32/768 16", _bench.Status(snapshot));
        _bench.AssertReads(snapshot, 0, (9 * ChunkBytes) + 512, 1);
        _bench.AssertReads(origin, 8 * ChunkBytes, 4 * ChunkBytes, 2);
    }

    private void AssertShared(Task task) => Assert.Contains(
        "share storage", _bench.Failure<DeviceException>(task).Message, StringComparison.Ordinal);

    private void AssertInvalid(Task task) =>
        Assert.Equal(DeviceErrorKind.InvalidRequest, _bench.Failure<DeviceException>(task).Kind);
}
