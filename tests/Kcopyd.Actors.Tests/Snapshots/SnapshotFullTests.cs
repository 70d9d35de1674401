using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What becomes of snapshots, and of writes, when a store is full or a device fails.</summary>
public sealed class SnapshotFullTests : IDisposable
{
    private static readonly SnapshotOptions FailWrite = new() { OnFailure = SnapshotFailurePolicy.FailWrite };

    private readonly SnapshotBench _bench = new();
    private readonly List<SnapshotNotice> _notices = [];
    private readonly MemoryBlockDevice _device = Origin();

    /// <summary>Head, area, and two chunks of data.</summary>
    private readonly MemoryBlockDevice _small = Cow(4);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void S10_P_that_is_full_is_invalid_when_it_is_written()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _small, Table("P 8"), Listening(new SnapshotOptions()));
        _bench.WriteChunk(snapshot, 1, 7);
        _bench.WriteChunk(snapshot, 2, 7);

        _bench.AssertEio(BeginChunk(snapshot, 3, 7));

        Assert.Equal(("Invalid", 0), (_bench.Status(snapshot), ValidOf(_small)));
        _bench.AssertEio(BeginRead(snapshot, 1, new byte[ChunkBytes]));
        _bench.AssertEio(BeginChunk(snapshot, 1, 7));
        _bench.Run(BeginFlush(snapshot));
        _bench.WriteChunk(origin, 4, 2);
        _bench.Settle();
        Assert.Equal(new SnapshotNotice.Invalidated(SnapshotLoss.NoRoom), _notices[^1]);
    }

    [Fact]
    public void S10_PO_that_is_full_overflows_when_it_is_written()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _small, Table("PO 8"), Listening(new SnapshotOptions()));
        _bench.WriteChunk(snapshot, 1, 7);
        _bench.WriteChunk(snapshot, 2, 7);

        _bench.AssertEio(BeginChunk(snapshot, 3, 7));

        Assert.Equal(("Overflow", 1), (_bench.Status(snapshot), ValidOf(_small)));
        _bench.AssertEio(BeginChunk(snapshot, 1, 8));
        _bench.AssertChunk(snapshot, 1, 7);
        _bench.AssertChunk(snapshot, 3, 1);
        _bench.Settle();
        Assert.Equal(new SnapshotNotice.Overflowed(), _notices[^1]);
    }

    [Theory]
    [InlineData("P 8")]
    [InlineData("PO 8")]
    [InlineData("N 8")]
    public void S11_store_that_is_full_when_the_origin_is_written_invalidates_the_snapshot(string store)
    {
        var origin = _bench.Start(_device);
        var cow = store[0] == 'N' ? Cow(2) : _small;
        var snapshot = _bench.Add(origin, cow, Table(store));
        var other = _bench.Add(origin, Cow());

        _bench.Run(Begin(origin, 0, 5 * ChunkBytes, 2));

        Assert.Equal("Invalid", _bench.Status(snapshot));
        Assert.Equal(0, ValidOf(_small));
        _bench.AssertReads(origin, 0, 5 * ChunkBytes, 2);
        _bench.AssertReads(other, 0, Length, 1);
    }

    [Fact]
    public void S11_origin_is_written_only_after_the_store_was_marked_invalid()
    {
        var log = new DeviceLog();
        var origin = _bench.Start(new RecordingBlockDevice(_device, log, "origin"));
        _bench.Add(origin, new RecordingBlockDevice(_bench.Simulation.On(_small), log, "cow"));
        _bench.Run(Begin(origin, 0, 2 * ChunkBytes, 2));
        log.Clear();

        _bench.WriteChunk(origin, 5, 2);

        log.DemandSequence(
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, "cow") && entry.Covers(0)
                && entry.Request.Durability == WriteDurability.Durable,
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "origin"));
    }

    [Fact]
    public void S12_origin_that_cannot_be_read_invalidates_the_snapshot_and_is_written_all_the_same()
    {
        var bad = new FaultyBlockDevice(
            _device, DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(40, 8)));
        var origin = _bench.Start(bad);
        var snapshot = _bench.Add(origin, _small, null, Listening(new SnapshotOptions()));

        _bench.WriteChunk(origin, 5, 2);

        Assert.Equal(("Invalid", 0), (_bench.Status(snapshot), ValidOf(_small)));
        AssertHolds(_device, 5, 2);
        _bench.Settle();
        Assert.Equal([new SnapshotNotice.Invalidated(SnapshotLoss.OriginRead)], _notices);
    }

    [Fact]
    public void S13_invalid_store_is_loaded_as_what_it_is()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _small);
        _bench.Run(Begin(origin, 0, 5 * ChunkBytes, 2));
        _bench.Run(snapshot.DisposeAsync());

        var again = _bench.Add(origin, _small);

        Assert.Equal("Invalid", _bench.Status(again));
        _bench.AssertEio(BeginRead(again, 0, new byte[ChunkBytes]));
        _bench.AssertEio(BeginChunk(again, 0, 7));
        _bench.WriteChunk(origin, 7, 2);
    }

    [Fact]
    public void Deliberately_FailWrite_fails_the_write_that_has_no_room_and_keeps_all_snapshots()
    {
        var origin = _bench.Start(_device);
        var other = _bench.Add(origin, Cow());
        var snapshot = _bench.Add(origin, _small, null, Listening(FailWrite));
        _bench.Run(Begin(origin, 0, 2 * ChunkBytes, 2));

        AssertNoSpace(BeginChunk(origin, 5, 2));
        AssertNoSpace(BeginChunk(snapshot, 6, 7));
        AssertNoSpace(Begin(origin, (5 * ChunkBytes) + 512, 512, 2));

        _bench.Settle();
        AssertHolds(_device, 5, 1);
        Assert.Equal("32/32 16", _bench.Status(snapshot));
        _bench.AssertReads(snapshot, 0, Length, 1);
        _bench.AssertReads(other, 0, Length, 1);
        Assert.Equal(3, _bench.Run(other.GetCountsAsync()).Exceptions);
        _bench.Run(Begin(origin, 0, 2 * ChunkBytes, 3));
        _bench.WriteChunk(snapshot, 0, 7);
        _bench.Settle();
        Assert.Equal(
            [new SnapshotNotice.Filling(95), new SnapshotNotice.Full()], _notices.TakeLast(2));
    }

    [Fact]
    public void Deliberately_FailWrite_fails_the_write_whose_copy_failed_and_later_commits_go_on()
    {
        var cow = Cow();
        var bad = new SwitchedDevice(cow);
        var origin = _bench.Start(_device);
        var other = _bench.Add(origin, Cow());
        var snapshot = _bench.Add(origin, bad, null, FailWrite);
        bad.Fail(DeviceOperation.Write);
        var writes = Enumerable.Range(3, 4).Select(chunk => BeginChunk(origin, chunk, 2)).ToList();
        writes.ForEach(_bench.AssertEio);
        _bench.AssertEio(BeginChunk(snapshot, 7, 7));
        bad.Mend();

        _bench.WriteChunk(origin, 8, 2);
        _bench.WriteChunk(origin, 3, 2);

        _bench.AssertReads(snapshot, 0, Length, 1);
        _bench.AssertReads(other, 0, Length, 1);
        Assert.Equal(
            [new CowEntry(8, 7), new CowEntry(3, 8), default], Enumerable.Range(0, 3).Select(i => Entry(cow, 0, i)));
        AssertHolds(_device, 4, 1);
        Assert.Equal(5, _bench.Run(other.GetCountsAsync()).Exceptions);
    }

    [Fact]
    public void Deliberately_FailWrite_leaks_one_chunk_for_a_failed_copy_among_others()
    {
        var cow = Cow();
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(
            origin,
            new FaultyBlockDevice(cow, DeviceFault.Within(DeviceOperation.Write, SectorRange.Create(24, 8))),
            null,
            FailWrite);

        var writes = Enumerable.Range(0, 4).Select(i => BeginChunk(origin, 2 * i, 2)).ToList();
        _bench.Settle();

        _bench.AssertEio(writes[1]);
        _bench.Run(Task.WhenAll(writes[0], writes[2], writes[3]));
        Assert.Equal(
            [new CowEntry(0, 2), new CowEntry(4, 4), new CowEntry(6, 5), default],
            Enumerable.Range(0, 4).Select(i => Entry(cow, 0, i)));
        _bench.AssertReads(snapshot, 0, Length, 1);
    }

    [Theory]
    [InlineData(DeviceOperation.Flush, 2)]
    [InlineData(DeviceOperation.Write, 2)]
    public void Deliberately_FailWrite_fails_the_writes_of_a_commit_that_failed(DeviceOperation operation, int number)
    {
        var cow = Cow();
        _bench.Run(_bench.Add(_bench.Start(_device), cow).DisposeAsync());
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(
            origin, new FaultyBlockDevice(cow, DeviceFault.At(operation, number)), null, FailWrite);

        _bench.AssertEio(BeginChunk(origin, 3, 2));
        AssertHolds(_device, 3, 1);
        _bench.WriteChunk(origin, 4, 2);
        _bench.WriteChunk(origin, 3, 2);

        _bench.AssertReads(snapshot, 0, Length, 1);
        Assert.Equal(2, _bench.Run(snapshot.GetCountsAsync()).Exceptions);
        Assert.Equal(
            [new CowEntry(4, 3), new CowEntry(3, 4), default],
            Enumerable.Range(0, 3).Select(i => Entry(cow, 0, i)));
    }

    [Theory]
    [InlineData(SnapshotFailurePolicy.InvalidateSnapshot)]
    [InlineData(SnapshotFailurePolicy.FailWrite)]
    public void Deliberately_the_last_entry_of_an_area_is_used_only_if_there_is_room_for_the_next(
        SnapshotFailurePolicy policy)
    {
        // Chunks of a sector: 32 entries, and the COW device ends where area 1 would be.
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(
            origin,
            new MemoryBlockDevice(new ByteCount(34 * 512)),
            Table("P 1"),
            new SnapshotOptions { OnFailure = policy });
        _bench.Run(Begin(snapshot, 0, 31 * 512, 7));
        Assert.Equal("33/34 2", _bench.Status(snapshot));

        var last = Begin(origin, 40 * 512, 512, 2);
        if (policy == SnapshotFailurePolicy.FailWrite)
        {
            AssertNoSpace(last);
            _bench.AssertReads(snapshot, 0, 31 * 512, 7);
            Assert.Equal("33/34 2", _bench.Status(snapshot));
        }
        else
        {
            _bench.Run(last);
            Assert.Equal("Invalid", _bench.Status(snapshot));
        }
    }

    [Fact]
    public void Fill_is_announced_once_for_each_threshold_before_the_store_is_full()
    {
        var origin = _bench.Start(_device);
        var options = Listening(new SnapshotOptions { FillWarnings = [50, 60, 90] });
        var snapshot = _bench.Add(origin, Cow(10), null, options);

        for (var chunk = 0; chunk < 7; chunk++)
        {
            _bench.WriteChunk(chunk % 2 == 0 ? origin : snapshot, chunk, 2);
        }

        _bench.Settle();
        Assert.Equal(
            [new SnapshotNotice.Filling(50), new SnapshotNotice.Filling(60), new SnapshotNotice.Filling(90)], _notices);
    }

    [Theory]
    [InlineData("PO 8", SnapshotFailurePolicy.InvalidateSnapshot)]
    [InlineData("P 8", SnapshotFailurePolicy.FailWrite)]
    public void Store_that_has_grown_takes_writes_again(string store, SnapshotFailurePolicy policy)
    {
        var cow = new ExtensibleDevice(Cow(), 4 * ChunkBytes);
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(
            origin, cow, Table(store), Listening(new SnapshotOptions { OnFailure = policy, FillWarnings = [99] }));
        _bench.Run(Begin(snapshot, 0, 2 * ChunkBytes, 7));
        _bench.Failure<DeviceException>(BeginChunk(snapshot, 3, 7));

        cow.Extend(8 * ChunkBytes);
        _bench.Failure<DeviceException>(BeginChunk(snapshot, 3, 7));
        _bench.Run(snapshot.GrowAsync());
        _bench.WriteChunk(snapshot, 3, 7);
        _bench.WriteChunk(origin, 4, 2);

        Assert.Equal("48/64 16", _bench.Status(snapshot));
        _bench.AssertChunk(snapshot, 3, 7);
        _bench.AssertChunk(snapshot, 4, 1);
    }

    [Fact]
    public void Callback_that_throws_disturbs_nobody()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(
            origin,
            _small,
            null,
            new SnapshotOptions { OnNotice = _ => throw new InvalidOperationException("not ours") });

        _bench.Run(Begin(origin, 0, 5 * ChunkBytes, 2));
        _bench.Settle();

        Assert.Equal("Invalid", _bench.Status(snapshot));
    }

    private SnapshotOptions Listening(SnapshotOptions options) => options with { OnNotice = _notices.Add };

    private void AssertNoSpace(Task task)
    {
        var failure = _bench.Failure<DeviceException>(task);
        Assert.Equal((DeviceErrorKind.NoSpace, 28), (failure.Kind, failure.Errno));
    }
}
