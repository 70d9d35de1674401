using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>A snapshot goes back into its origin.</summary>
public sealed class SnapshotMergeTests : IDisposable
{
    private static readonly SnapshotTable Merge = Table(target: "snapshot-merge");

    private readonly SnapshotBench _bench = new();
    private readonly DeviceLog _log = new();
    private readonly List<SnapshotNotice> _notices = [];
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    private SnapshotOptions Options => new() { OnNotice = _notices.Add };

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void S17_last_exceptions_are_merged_first_in_runs_and_leave_the_area_after_the_origin_was_flushed()
    {
        var origin = _bench.Start(new RecordingBlockDevice(_device, _log, "origin"));
        _bench.MakeStore(origin, _cow);
        var view = _bench.ViewOf(origin, _cow);
        var loaded = _bench.Load(origin, new RecordingBlockDevice(_cow, _log, "cow"), Merge, Options);
        _log.Clear();

        _bench.Run(loaded.ResumeAsync());
        _bench.Run(loaded.WaitUntilMergedAsync());

        // Entries: 5 6 | 20 | 30 31 (their data in chunks 2 3 4 5 6), so the runs are 30-31, 20, 5-6.
        var copies = _log.Find(DeviceLogPhase.Completed, DeviceOperation.Write, "origin");
        Assert.Equal(
            [(30L * ChunkBytes, 2L * ChunkBytes), (20 * ChunkBytes, ChunkBytes), (5 * ChunkBytes, 2 * ChunkBytes)],
            copies.Select(entry => (entry.Request.Offset, entry.Request.Length)));
        foreach (var copy in copies)
        {
            _log.DemandSequence(
                entry => entry.Sequence == copy.Sequence,
                entry => entry.Is(DeviceLogPhase.Completed, DeviceOperation.Flush, "origin"),
                entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write, "cow") && entry.Covers(8)
                    && entry.Request.Durability == WriteDurability.Durable);
        }

        Assert.Equal(3, _log.Find(DeviceLogPhase.Completed, DeviceOperation.Write, "cow").Length);
        Assert.Equal(new byte[ChunkBytes], Bytes(_cow, ChunkBytes, ChunkBytes));
        Assert.Equal("16/768 16", _bench.Status(loaded));
        Assert.Equal(view, Bytes(_device, 0, Length));
        _bench.Settle();
        Assert.Equal([new SnapshotNotice.Merged()], _notices);
        Assert.Equal(new SnapshotCounts(0, 0, 5), _bench.Run(loaded.GetCountsAsync()));
    }

    [Fact]
    public void S17_status_counts_down_over_several_areas()
    {
        const int Exceptions = 70;
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        var cow = new MemoryBlockDevice(1.MiB);
        var snapshot = _bench.Add(origin, cow, Table("P 1"));
        for (var i = 0; i < Exceptions; i++)
        {
            _bench.Run(Begin(snapshot, i * 1024, 512, 7));
        }

        Assert.Equal("74/2048 4", _bench.Status(snapshot));
        var view = _bench.Read(snapshot, 0, Length);
        _bench.Run(snapshot.DisposeAsync());
        var merging = _bench.Load(origin, cow, Table("P 1", "snapshot-merge"));
        gated.CloseGate(DeviceOperation.Write);
        _bench.Run(merging.ResumeAsync());
        for (var left = Exceptions; left > 0; left--)
        {
            // Areas of 32 entries at 1, 34 and 67.
            _bench.Settle();
            var (area, entries) = ((left - 1) / 32, ((left - 1) % 32) + 1);
            Assert.Equal($"{1 + (area * 33) + entries + 1}/2048 {area + 2}", _bench.Status(merging));
            _bench.Simulation.Release(Assert.Single(gated.Waiting));
        }

        _bench.Run(merging.WaitUntilMergedAsync());
        Assert.Equal("2/2048 2", _bench.Status(merging));
        Assert.Equal(view, Bytes(_device, 0, Length));
    }

    [Fact]
    public void S17_store_without_exceptions_is_merged_at_once_even_if_a_chunk_was_lost()
    {
        var bad = new SwitchedDevice(_cow);
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(
            origin, bad, null, new SnapshotOptions { OnFailure = SnapshotFailurePolicy.FailWrite });
        bad.Fail(DeviceOperation.Write);
        _bench.AssertEio(BeginChunk(origin, 3, 2));
        bad.Mend();
        Assert.Equal("24/768 16", _bench.Status(snapshot));
        _bench.Run(snapshot.SuspendAsync());

        var merging = _bench.Run(origin.LoadSuccessorAsync(snapshot, Merge));
        _bench.Run(merging.ResumeAsync());
        _bench.Run(merging.WaitUntilMergedAsync());
        _bench.Run(merging.WaitUntilMergedAsync());

        Assert.Equal("16/768 16", _bench.Status(merging));
    }

    [Fact]
    public void S18_merge_that_was_cut_off_is_done_again_from_the_last_run()
    {
        var gated = Gateable(_device);
        var origin = _bench.Start(gated);
        _bench.MakeStore(origin, _cow);
        var view = _bench.ViewOf(origin, _cow);
        gated.CloseGate(DeviceOperation.Write);
        var merging = _bench.Load(origin, _cow, Merge);
        var resumed = merging.ResumeAsync();
        _bench.Settle();
        _bench.Simulation.Release(Assert.Single(gated.Waiting));
        Assert.True(resumed.IsCompletedSuccessfully);
        Assert.Equal("40/768 16", _bench.Status(merging));
        _bench.Crash(origin);
        _bench.Simulation.Open(gated);
        _device.Write(20 * ChunkBytes, new byte[512], WriteDurability.Cached);

        var again = _bench.Start(_device);
        var rest = _bench.Add(again, _cow, Merge);
        _bench.Run(rest.WaitUntilMergedAsync());

        Assert.Equal(view, Bytes(_device, 0, Length));
        Assert.Equal(3, _bench.Run(rest.GetCountsAsync()).Merged);
    }

    [Fact]
    public void S19_write_to_a_run_that_is_being_merged_waits_and_one_to_another_chunk_goes_to_the_store()
    {
        var (gated, cow) = (Gateable(_device), new RecordingBlockDevice(_cow, _log, "cow"));
        var origin = _bench.Start(gated);
        _bench.MakeStore(origin, _cow);
        var merging = _bench.Load(origin, cow, Merge);
        gated.CloseGate(DeviceOperation.Write);
        _bench.Run(merging.ResumeAsync());
        _bench.Settle();
        _log.Clear();

        var held = BeginChunk(origin, 31, 11);
        var stored = Begin(origin, (5 * ChunkBytes) + 512, 512, 12);
        var alsoHeld = Begin(merging, 30 * ChunkBytes, 512, 13);
        _bench.Run(stored);
        _bench.Settle();
        Assert.False(held.IsCompleted || alsoHeld.IsCompleted);
        var write = Assert.Single(_log.Find(DeviceLogPhase.Completed, DeviceOperation.Write, "cow"));
        Assert.Equal((2L * ChunkBytes) + 512, write.Request.Offset);
        _bench.AssertReads(merging, (5 * ChunkBytes) + 512, 512, 12);
        _bench.Simulation.Open(gated);
        _bench.Run(Task.WhenAll(held, alsoHeld));
        _bench.Run(merging.WaitUntilMergedAsync());

        AssertHolds(_device, 31, 11);
        AssertBytes((5 * ChunkBytes) + 512, 12);
        AssertBytes(30 * ChunkBytes, 13);
        AssertBytes((30 * ChunkBytes) + 512, 9);

        void AssertBytes(int at, int content) =>
            Assert.Null(TestPatterns.FirstDifference(Bytes(_device, at, 512), at, content));
    }

    [Fact]
    public void S20_other_snapshots_keep_what_a_merge_overwrites()
    {
        var origin = _bench.Start(new RecordingBlockDevice(_bench.Simulation.On(_device), _log, "origin"));
        _bench.MakeStore(origin, _cow);
        var others = new[] { "P 8", "PO 32", "N 1" }
            .Select(store => _bench.Add(origin, new MemoryBlockDevice(2.MiB), Table(store))).ToList();
        var before = _bench.Read(origin, 0, Length);

        var merging = _bench.Add(origin, _cow, Merge);
        _bench.WriteChunk(origin, 40, 14);
        _bench.Run(merging.WaitUntilMergedAsync());
        _bench.WriteChunk(merging, 41, 15);

        others.ForEach(other => Assert.Equal(before, _bench.Read(other, 0, Length)));
        AssertHolds(_device, 5, 1);
        AssertHolds(_device, 40, 14);
        AssertHolds(_device, 41, 15);
    }

    [Fact]
    public void Discards_are_done_with_without_effect_while_a_snapshot_is_merged()
    {
        var gated = Gateable(_cow);
        var origin = _bench.Start(_device);
        _bench.MakeStore(origin, _cow);
        var view = _bench.ViewOf(origin, _cow);
        var merging = _bench.Load(origin, gated, Table("P 8 1 discard_zeroes_cow", "snapshot-merge"));
        gated.CloseGate(DeviceOperation.Read);
        _bench.Run(merging.ResumeAsync());

        _bench.Run(BeginDiscard(origin, 0, 40));
        _bench.Run(BeginDiscard(merging, 0, 40));
        _bench.Simulation.Open(gated);
        _bench.Run(merging.WaitUntilMergedAsync());

        Assert.Equal(view, Bytes(_device, 0, Length));
    }

    [Fact]
    public void Flush_while_a_snapshot_is_merged_flushes_origin_and_store()
    {
        var gated = Gateable(_cow);
        var origin = _bench.Start(new RecordingBlockDevice(_device, _log, "origin"));
        _bench.MakeStore(origin, _cow);
        var merging = _bench.Load(origin, new RecordingBlockDevice(gated, _log, "cow"), Merge);
        gated.CloseGate(DeviceOperation.Read);
        _bench.Run(merging.ResumeAsync());

        foreach (var device in new IBlockDevice[] { origin, merging })
        {
            _log.Clear();
            _bench.Run(BeginFlush(device));
            Assert.Single(_log.Find(DeviceLogPhase.Completed, DeviceOperation.Flush, "origin"));
            Assert.Single(_log.Find(DeviceLogPhase.Completed, DeviceOperation.Flush, "cow"));
        }

        _bench.Simulation.Open(gated);
    }

    [Fact]
    public void Refusal_because_of_a_merge_comes_before_a_store_is_made()
    {
        var gated = Gateable(_cow);
        var origin = _bench.Start(_device);
        _bench.MakeStore(origin, _cow);
        var merging = _bench.Load(origin, gated, Merge);
        gated.CloseGate(DeviceOperation.Read);
        _bench.Run(merging.ResumeAsync());
        var empty = Cow();

        _bench.Failure<InvalidOperationException>(origin.AddSnapshotAsync(Merge, empty));
        _bench.Failure<InvalidOperationException>(origin.LoadSnapshotAsync(Merge, empty));
        _bench.Failure<InvalidOperationException>(origin.AddSnapshotAsync(Table(), empty));

        Assert.Equal(new byte[96 * ChunkBytes], Bytes(empty, 0, 96 * ChunkBytes));
        _bench.Simulation.Open(gated);
        _bench.Run(merging.WaitUntilMergedAsync());
        _bench.Run(merging.DisposeAsync());
        _bench.Add(origin, empty, Merge);
    }

    [Fact]
    public void Of_two_merges_that_are_loaded_at_once_the_second_writes_nothing()
    {
        var gated = Gateable(_cow);
        gated.CloseGate(DeviceOperation.Read);
        var origin = _bench.Start(_device);
        var first = origin.LoadSnapshotAsync(Merge, gated);
        var empty = Cow();

        _bench.Failure<InvalidOperationException>(origin.LoadSnapshotAsync(Merge, empty));

        Assert.Equal(new byte[96 * ChunkBytes], Bytes(empty, 0, 96 * ChunkBytes));
        _bench.Simulation.Open(gated);
        _bench.Run(_bench.Run(first).DisposeAsync());
        _bench.Load(origin, empty, Merge);
    }

    [Fact]
    public void Second_merge_waits_until_the_first_is_closed()
    {
        var origin = _bench.Start(_device);
        var merging = _bench.Add(origin, _cow, Merge);

        _bench.Failure<InvalidOperationException>(origin.AddSnapshotAsync(Merge, Cow()));
        _bench.Run(merging.DisposeAsync());

        _bench.Run(_bench.Add(origin, Cow(), Merge).WaitUntilMergedAsync());
    }

    [Fact]
    public void Snapshot_does_not_begin_while_another_is_merged()
    {
        var gated = Gateable(_cow);
        var origin = _bench.Start(_device);
        _bench.MakeStore(origin, _cow);
        var merging = _bench.Load(origin, gated, Merge);
        var (early, late) = (_bench.Load(origin, Cow()), _bench.Load(origin, Cow()));
        _bench.Run(early.ResumeAsync());
        _bench.Run(early.SuspendAsync());
        gated.CloseGate(DeviceOperation.Read);
        var resumed = merging.ResumeAsync();
        _bench.Failure<InvalidOperationException>(late.ResumeAsync());
        _bench.Run(resumed);

        _bench.Failure<InvalidOperationException>(late.ResumeAsync());
        _bench.Failure<InvalidOperationException>(origin.AddSnapshotAsync(Table(), Cow()));
        _bench.Run(early.ResumeAsync());
        var suspended = merging.SuspendAsync();
        _bench.Simulation.Open(gated);
        _bench.Run(suspended);
        _bench.Run(merging.ResumeAsync());
        _bench.Run(merging.WaitUntilMergedAsync());
        _bench.Run(late.ResumeAsync());
        _bench.WriteChunk(origin, 20, 11);

        _bench.AssertChunk(late, 20, 8);
        _bench.AssertChunk(early, 20, 1);
    }

    [Fact]
    public void Store_of_a_merged_snapshot_is_closed_after_the_reads_that_still_use_it()
    {
        var gated = Gateable(_cow);
        var origin = _bench.Start(_device);
        _bench.MakeStore(origin, _cow);
        var merging = _bench.Run(origin.LoadSnapshotAsync(Merge, gated, isOwned: true));
        gated.CloseGate(DeviceOperation.Read);
        _bench.Run(merging.ResumeAsync());
        _bench.Settle();
        var bytes = new byte[2 * ChunkBytes];
        var read = origin.ReadAsync(5 * ChunkBytes, bytes, default).AsTask();
        _bench.Settle();
        var reader = gated.Waiting[^1];
        while (gated.Waiting.FirstOrDefault(one => one != reader) is { } copy)
        {
            _bench.Simulation.Release(copy);
        }

        _bench.Run(merging.WaitUntilMergedAsync());
        var closed = merging.DisposeAsync().AsTask();
        _bench.Settle();
        Assert.False(closed.IsCompleted);
        _bench.Simulation.Open(gated);
        _bench.Run(Task.WhenAll(read, closed));

        Assert.Null(TestPatterns.FirstDifference(bytes, 5 * ChunkBytes, 1));
    }
}
