using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What is done to which device before what, when an origin changes.</summary>
public sealed class SnapshotOrderTests : IDisposable
{
    private readonly SnapshotBench _bench = new();
    private readonly DeviceLog _log = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void S2_second_write_to_a_chunk_copies_nothing_and_writes_no_metadata()
    {
        var origin = _bench.Start(Recorded(_device, "origin"));
        var snapshot = _bench.Add(origin, Recorded(_cow, "cow"));
        _bench.WriteChunk(origin, 5, 2);
        _log.Clear();

        _bench.WriteChunk(origin, 5, 3);
        _bench.Run(Begin(origin, (5 * ChunkBytes) + 512, 512, 4));

        _log.DemandNone(entry => entry.Device == "cow");
        _log.DemandNone(entry => entry.Request.Operation == DeviceOperation.Read);
        Assert.Equal(2, _log.Find(DeviceLogPhase.Completed, DeviceOperation.Write, "origin").Length);
        _bench.AssertChunk(snapshot, 5, 1);
    }

    [Fact]
    public void S3_data_then_metadata_flushed_before_and_durable_then_the_origin()
    {
        var origin = _bench.Start(Recorded(_bench.Simulation.On(_device), "origin"));
        _bench.Add(origin, Recorded(_bench.Simulation.On(_cow), "cow"));
        _log.Clear();

        _bench.WriteChunk(origin, 5, 2);

        _log.DemandSequence(
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Read, "origin") && entry.Covers(40),
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, "cow") && entry.Covers(16),
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Flush, "cow"),
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Flush, "cow"),
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "cow") && entry.Covers(8),
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, "cow") && IsMetadata(entry),
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "origin") && entry.Covers(40));
        _log.DemandBefore(
            entry => entry.Phase == DeviceLogPhase.Completed && entry.Device == "cow",
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "origin"));
    }

    [Fact]
    public void S5_ten_chunks_whose_copies_end_in_reverse_are_entered_in_order_by_one_write()
    {
        var cow = Gateable(Recorded(_cow, "cow"));
        var origin = _bench.Start(_device);
        _bench.Add(origin, cow);
        _log.Clear();
        cow.CloseGate(DeviceOperation.Write);

        var writes = Enumerable.Range(0, 10).Select(i => BeginChunk(origin, 2 * i, 2)).ToList();
        _bench.Settle();
        Assert.Equal(10, cow.Waiting.Length);
        foreach (var copy in cow.Waiting.Reverse().ToList())
        {
            Assert.All(writes, write => Assert.False(write.IsCompleted));
            _bench.Simulation.Release(copy);
        }

        Assert.True(IsMetadata(Assert.Single(cow.Waiting).Request));
        _bench.Simulation.Open(cow);
        _bench.Run(Task.WhenAll(writes));

        Assert.Single(_log.Entries, entry => entry.Phase == DeviceLogPhase.Completed && IsMetadata(entry));
        Assert.Equal(
            Enumerable.Range(0, 10).Select(i => new CowEntry(2 * i, 2 + i)),
            Enumerable.Range(0, 10).Select(i => Entry(_cow, 0, i)));
    }

    [Fact]
    public void S6_area_that_is_full_is_written_after_the_next_one_was_zeroed_and_data_goes_on_behind_that()
    {
        const int Entries = 32;
        var cow = new MemoryBlockDevice(new Kcopyd.Core.ByteCount(64 * 1024));
        cow.Write(34 * 512, TestPatterns.Create(0, 512, 9), WriteDurability.Cached);
        var origin = _bench.Start(_device);
        _bench.Add(
            origin,
            Recorded(_bench.Simulation.On(cow), "cow"),
            Table("P 1"),
            new Actors.Snapshots.SnapshotOptions { StoreTrust = Actors.Snapshots.StoreTrust.Kernel });
        _log.Clear();

        for (var sector = 0; sector < Entries + 1; sector++)
        {
            _bench.Run(Begin(origin, sector * 1024, 512, 2));
        }

        _log.DemandBefore(
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, "cow") && entry.Covers(34)
                && entry.Request.Durability == WriteDurability.Cached,
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "cow") && entry.Covers(1)
                && entry.Sequence > LastButOneCommit());
        var full = Bytes(cow, 512, 512);
        Assert.Equal(new CowEntry(2 * (Entries - 1), 33), CowEntry.Read(full, Entries - 1));
        var next = Bytes(cow, 34 * 512, 512);
        Assert.Equal(new CowEntry(2 * Entries, 35), CowEntry.Read(next, 0));
        Assert.Equal(new byte[512 - CowEntry.Size], next[CowEntry.Size..]);

        long LastButOneCommit() => _log.Entries.Where(
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "cow") && entry.Covers(1))
            .Skip(Entries - 2).First().Sequence;
    }

    [Fact]
    public void S7_one_origin_write_waits_for_three_snapshots_of_different_chunk_sizes()
    {
        string[] stores = ["P 8", "P 16", "N 32"];
        var cows = stores.Select((_, i) => Gateable(Recorded(Cow(256), $"cow{i}"))).ToList();
        var origin = _bench.Start(Recorded(_device, "origin"));
        var snapshots = stores.Select((store, i) => _bench.Add(origin, cows[i], Table(store))).ToList();
        cows.ForEach(static cow => cow.CloseGate(DeviceOperation.Write));
        _log.Clear();

        var write = BeginChunk(origin, 5, 2);
        _bench.Settle();
        foreach (var cow in cows)
        {
            Assert.False(write.IsCompleted);
            Assert.Empty(_log.Find(DeviceLogPhase.Begun, DeviceOperation.Write, "origin"));
            Assert.Single(cow.Waiting);
            _bench.Simulation.Open(cow);
        }

        _bench.Run(write);

        Assert.Single(_log.Find(DeviceLogPhase.Begun, DeviceOperation.Write, "origin"));
        Assert.Equal(
            [4096L, 8192, 16384],
            _log.Find(DeviceLogPhase.Completed, DeviceOperation.Read, "origin")
                .Select(entry => entry.Request.Length).Order());
        snapshots.ForEach(snapshot => _bench.AssertReads(snapshot, 0, Length, 1));
        _bench.AssertChunk(origin, 5, 2);
    }

    [Fact]
    public void Deliberately_snapshots_with_the_same_chunk_size_share_one_read_of_the_origin()
    {
        var origin = _bench.Start(Recorded(_device, "origin"));
        var snapshots = Enumerable.Range(0, 3).Select(_ => _bench.Add(origin, Cow())).ToList();
        _log.Clear();

        _bench.Run(Begin(origin, 5 * ChunkBytes, 2 * ChunkBytes, 2));

        var read = Assert.Single(_log.Find(DeviceLogPhase.Completed, DeviceOperation.Read, "origin"));
        Assert.Equal((5L * ChunkBytes, 2L * ChunkBytes), (read.Request.Offset, read.Request.Length));
        snapshots.ForEach(snapshot => _bench.AssertReads(snapshot, 0, Length, 1));
        snapshots.ForEach(snapshot => Assert.Equal("32/768 16", _bench.Status(snapshot)));
    }

    [Fact]
    public void Deliberately_the_origin_is_flushed_when_a_snapshot_begins()
    {
        var gated = Gateable(Recorded(_device, "origin"));
        var origin = _bench.Start(gated);
        var snapshot = _bench.Load(origin, _cow);
        gated.CloseGate(DeviceOperation.Write);
        var early = BeginChunk(origin, 5, 2);
        _bench.Settle();

        var resumed = snapshot.ResumeAsync();
        var late = BeginChunk(origin, 6, 2);
        _bench.Settle();
        Assert.Single(gated.Waiting);
        Assert.False(resumed.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(Task.WhenAll(early, late, resumed));

        _log.DemandSequence(
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Write, "origin") && entry.Covers(40),
            entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Flush, "origin"),
            entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "origin") && entry.Covers(48));
        _bench.AssertChunk(snapshot, 5, 2);
        _bench.AssertChunk(snapshot, 6, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void S25_no_more_copies_than_allowed_are_under_way_and_writers_wait_without_deadlock(int most)
    {
        var options = new Actors.Snapshots.SnapshotOptions { MaxPending = most };
        var (first, second) = (Gateable(Cow()), Gateable(Cow()));
        var origin = _bench.Start(_device);
        var snapshots = new[] { _bench.Add(origin, first, null, options), _bench.Add(origin, second, null, options) };
        first.CloseGate(DeviceOperation.Write);
        second.CloseGate(DeviceOperation.Write);

        List<Task> writes = [Begin(origin, 0, 7 * ChunkBytes, 2)];
        writes.AddRange(Enumerable.Range(10, 20).Select(i => BeginChunk(origin, i, 2)));
        writes.AddRange(Enumerable.Range(20, 20).Select(i => BeginChunk(snapshots[i % 2], i, 3)));
        writes.AddRange(Enumerable.Range(40, 5).Select(i => Begin(snapshots[i % 2], i * ChunkBytes, 512, 3)));
        var (peak, all) = (0, Task.WhenAll(writes));
        while (!all.IsCompleted)
        {
            _bench.Settle();
            foreach (var snapshot in snapshots)
            {
                peak = Math.Max(peak, _bench.Run(snapshot.GetCountsAsync()).Pending);
            }

            _bench.Loop.Post(() => first.ReleaseAll());
            _bench.Loop.Post(() => second.ReleaseAll());
            _bench.Settle();
        }

        _bench.Run(all);
        Assert.Equal(most, peak);
        _bench.AssertReads(snapshots[0], 0, 20 * ChunkBytes, 1);
        _bench.AssertChunk(snapshots[0], 20, 3);
        _bench.AssertChunk(snapshots[1], 20, 1);
    }

    private static bool IsMetadata(DeviceLogEntry entry) =>
        entry.Device == "cow" && IsMetadata(entry.Request);

    private static bool IsMetadata(DeviceRequest request) =>
        request is { Operation: DeviceOperation.Write, Durability: WriteDurability.Durable };

    private RecordingBlockDevice Recorded(IBlockDevice device, string name) => new(device, _log, name);
}
