using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Writes, zeros and discards of snapshots.</summary>
public sealed class SnapshotWriteTests : IDisposable
{
    private readonly SnapshotBench _bench = new();
    private readonly DeviceLog _log = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void S9_write_of_a_whole_chunk_reads_nothing_and_a_write_of_a_part_copies_first()
    {
        var origin = _bench.Start(Recorded(_device, "origin"));
        var snapshot = _bench.Add(origin, Recorded(_cow, "cow"));
        _log.Clear();

        _bench.Run(Begin(snapshot, 3 * ChunkBytes, 2 * ChunkBytes, 7));
        _log.DemandNone(entry => entry.Device == "origin");
        Assert.Equal(
            2L * ChunkBytes, _log.Find(DeviceLogPhase.Completed, DeviceOperation.Write, "cow")[0].Request.Length);
        _log.Clear();
        _bench.Run(Begin(snapshot, (8 * ChunkBytes) + 512, 512, 8));

        _log.DemandSequence(
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Read, "origin") && entry.Covers(64),
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, "cow") && entry.Covers(32),
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Flush, "cow"),
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, "cow") && entry.Covers(8),
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "cow") && entry.Covers(33));
        _bench.AssertReads(snapshot, 8 * ChunkBytes, 512, 1);
        _bench.AssertReads(snapshot, (8 * ChunkBytes) + 512, 512, 8);
        _bench.AssertReads(snapshot, 3 * ChunkBytes, 2 * ChunkBytes, 7);
    }

    [Fact]
    public void Write_to_a_chunk_that_the_store_has_changes_it_in_place_without_metadata()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, Recorded(_cow, "cow"));
        _bench.WriteChunk(origin, 5, 2);
        _log.Clear();

        _bench.Run(snapshot.WriteAsync(
            5 * ChunkBytes, TestPatterns.Create(5 * ChunkBytes, 512, 9), WriteDurability.Durable, default));

        var write = Assert.Single(_log.Find(DeviceLogPhase.Completed, DeviceOperation.Write, "cow"));
        Assert.Equal(
            (2L * ChunkBytes, 512L, WriteDurability.Durable),
            (write.Request.Offset, write.Request.Length, write.Request.Durability));
        _log.DemandNone(entry => entry.Request.Operation == DeviceOperation.Flush);
        _bench.AssertReads(snapshot, 5 * ChunkBytes, 512, 9);
        _bench.AssertReads(snapshot, (5 * ChunkBytes) + 512, ChunkBytes - 512, 1);
    }

    [Fact]
    public void Flush_of_a_snapshot_flushes_its_store_and_flush_of_an_origin_flushes_the_origin()
    {
        var origin = _bench.Start(Recorded(_device, "origin"));
        var snapshot = _bench.Add(origin, Recorded(_cow, "cow"));
        _log.Clear();

        _bench.Run(BeginFlush(snapshot));
        Assert.Single(_log.Find(DeviceLogPhase.Completed, DeviceOperation.Flush, "cow"));
        _log.DemandNone(entry => entry.Device == "origin");
        _log.Clear();
        _bench.Run(BeginFlush(origin));

        Assert.Single(_log.Find(DeviceLogPhase.Completed, DeviceOperation.Flush, "origin"));
        _log.DemandNone(entry => entry.Device == "cow");
    }

    [Fact]
    public void Zeros_are_written_to_snapshots_and_origins()
    {
        var origin = _bench.Start(new FaultyBlockDevice(_device, DeviceFault.Unsupported(DeviceOperation.WriteZeroes)));
        var snapshot = _bench.Add(
            origin, new FaultyBlockDevice(_cow, DeviceFault.Unsupported(DeviceOperation.WriteZeroes)));

        _bench.Run(origin.WriteZeroesAsync(512, 3 * ChunkBytes, default));
        _bench.AssertReads(snapshot, 0, Length, 1);
        _bench.Run(snapshot.WriteZeroesAsync(20 * ChunkBytes, 512, default));
        _bench.Run(snapshot.WriteZeroesAsync(30 * ChunkBytes, 40 * ChunkBytes / 2, default));

        Assert.Equal(new byte[3 * ChunkBytes], _bench.Read(origin, 512, 3 * ChunkBytes));
        Assert.Equal(new byte[512], _bench.Read(snapshot, 20 * ChunkBytes, 512));
        _bench.AssertReads(snapshot, (20 * ChunkBytes) + 512, ChunkBytes - 512, 1);
        Assert.Equal(new byte[20 * ChunkBytes], _bench.Read(snapshot, 30 * ChunkBytes, 20 * ChunkBytes));
        _bench.AssertReads(origin, 20 * ChunkBytes, 40 * ChunkBytes, 1);
    }

    [Fact]
    public void S24_snapshot_without_the_feature_takes_no_discards()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);

        Assert.False(snapshot.Geometry.Can(BlockDeviceAbilities.Discard));
        var refusal = _bench.Failure<DeviceException>(BeginDiscard(snapshot, 0));
        Assert.Equal(DeviceErrorKind.NotSupported, refusal.Kind);
    }

    [Fact]
    public void S24_discard_zeroes_whole_chunks_of_the_store_discards_parts_and_leaves_the_rest()
    {
        var origin = _bench.Start(Recorded(_device, "origin"));
        var snapshot = _bench.Add(origin, Recorded(_cow, "cow"), Table("P 8 1 discard_zeroes_cow"));
        _bench.Run(Begin(snapshot, 4 * ChunkBytes, 2 * ChunkBytes, 7));
        _log.Clear();

        _bench.Run(snapshot.DiscardAsync(3 * ChunkBytes, (2 * ChunkBytes) + 512, default));

        _bench.AssertChunk(snapshot, 3, 1);
        Assert.Equal(new byte[ChunkBytes], _bench.Read(snapshot, 4 * ChunkBytes, ChunkBytes));
        _bench.AssertReads(snapshot, (5 * ChunkBytes) + 512, ChunkBytes - 512, 7);
        Assert.Equal("32/768 16", _bench.Status(snapshot));
        var discard = Assert.Single(_log.Find(DeviceLogPhase.Completed, DeviceOperation.Discard, "cow"));
        Assert.Equal((3L * ChunkBytes, 512L), (discard.Request.Offset, discard.Request.Length));
        _log.DemandNone(entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "cow"));
        _bench.AssertReads(origin, 0, Length, 1);
    }

    [Fact]
    public void S24_passdown_discards_the_origin_without_a_copy()
    {
        var origin = _bench.Start(Recorded(_device, "origin"));
        var cow = Recorded(_cow, "cow");
        var snapshot = _bench.Add(origin, cow, Table("P 8 2 discard_zeroes_cow discard_passdown_origin"));
        _log.Clear();

        _bench.Run(BeginDiscard(snapshot, 3, 2));

        var discard = Assert.Single(_log.Find(DeviceLogPhase.Completed, DeviceOperation.Discard, "origin"));
        Assert.Equal((3L * ChunkBytes, 2L * ChunkBytes), (discard.Request.Offset, discard.Request.Length));
        _log.DemandNone(entry => entry.Device == "cow");
        Assert.Equal("16/768 16", _bench.Status(snapshot));
    }

    [Fact]
    public void S24_discard_of_the_origin_is_kept_by_its_snapshots()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);

        _bench.Run(BeginDiscard(origin, 3, 4));

        Assert.Equal(new byte[4 * ChunkBytes], _bench.Read(origin, 3 * ChunkBytes, 4 * ChunkBytes));
        _bench.AssertReads(snapshot, 0, Length, 1);
    }

    [Fact]
    public void Discard_that_a_device_does_not_do_is_no_failure()
    {
        var origin = _bench.Start(
            new FaultyBlockDevice(_device, new DeviceFault(DeviceOperation.Discard).Forever()));
        var cow = new FaultyBlockDevice(_cow, new DeviceFault(DeviceOperation.Discard).Forever());
        var snapshot = _bench.Add(origin, cow, Table("P 8 1 discard_zeroes_cow"));
        _bench.WriteChunk(snapshot, 3, 7);

        _bench.Run(BeginDiscard(origin, 5));
        _bench.Run(snapshot.DiscardAsync(3 * ChunkBytes, 512, default));

        _bench.AssertReads(snapshot, 5 * ChunkBytes, ChunkBytes, 1);
    }

    [Fact]
    public void Origin_of_a_device_without_discards_takes_none()
    {
        var origin = _bench.Start(new LimitedBlockDevice(_device) { Without = BlockDeviceAbilities.Discard });

        var refusal = _bench.Failure<DeviceException>(BeginDiscard(origin, 0));
        Assert.Equal(DeviceErrorKind.NotSupported, refusal.Kind);
    }

    private RecordingBlockDevice Recorded(IBlockDevice device, string name) => new(device, _log, name);
}
