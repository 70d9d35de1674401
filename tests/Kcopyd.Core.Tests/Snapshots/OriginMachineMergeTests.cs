using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>A snapshot goes back into its origin.</summary>
public sealed partial class OriginMachineMergeTests
{
    /// <summary>Chunks 4 and 5 in a run, then 9, then 1 and 2 in a run.</summary>
    private static readonly CowEntry[] Entries =
        [new(4, 2), new(5, 3), new(9, 4), new(1, 5), new(2, 6)];

    private readonly MachineScript _script = new(1024);

    [Fact]
    public void S17_runs_are_merged_last_first_each_copied_cleared_and_forgotten()
    {
        var snapshot = Merging(Entries);

        Assert.Equal((5 * 8, SectorRange.Create(8, 16)), NextCopy());
        var clear = Copied(snapshot);
        Assert.Equal(5, snapshot.Map.Count);
        Assert.Equal(MachineScript.AreaOf(snapshot.Layout, Entries.AsSpan(..3)), clear.Image.ToArray());
        Assert.Equal(..Sectors.Size, clear.Changed);
        _script.Committed(snapshot, clear);
        Assert.Equal(3, snapshot.Map.Count);
        Assert.Equal("40/1048576 16", $"{snapshot.Status}");

        Assert.Equal((4 * 8, SectorRange.Create(72, 8)), NextCopy());
        _script.Committed(snapshot, Copied(snapshot));
        Assert.Equal((2 * 8, SectorRange.Create(32, 16)), NextCopy());
        _script.Committed(snapshot, Copied(snapshot));

        Assert.Equal(new SnapshotNotice.Merged(), _script.Next<OriginEffect.Tell>().Notice);
        _script.Nothing();
        Assert.Equal("16/1048576 16", $"{snapshot.Status}");
        Assert.True(snapshot.Status.IsMerged);
    }

    [Fact]
    public void S17_an_empty_area_is_followed_by_the_one_before()
    {
        CowEntry[] full = [.. Enumerable.Range(0, 32).Select(index => new CowEntry(3 * index, 2 + index))];
        var snapshot = Merging([.. full, new CowEntry(200, 35)], chunk: 1);

        Assert.Equal((35, SectorRange.Create(200, 1)), NextCopy());
        _script.Committed(snapshot, Copied(snapshot));
        Assert.Equal(new OriginEffect.ReadArea(snapshot, 0), _script.Next<OriginEffect.ReadArea>());
        _script.Do(machine => machine.AreaRead(MachineScript.AreaOf(snapshot.Layout, full)));

        Assert.Equal((33, SectorRange.Create(93, 1)), NextCopy());
        Assert.Equal("34/1048576 2", $"{snapshot.Status}");
    }

    [Fact]
    public void S17_a_run_ends_with_its_area()
    {
        CowEntry[] entries =
            [.. Enumerable.Range(0, 33).Select(index => new CowEntry(index, index < 32 ? 2 + index : 35))];
        var snapshot = Merging(entries, chunk: 1);

        Assert.Equal((35, SectorRange.Create(32, 1)), NextCopy());
        _script.Committed(snapshot, Copied(snapshot));
        _script.Next<OriginEffect.ReadArea>();
        _script.Do(machine => machine.AreaRead(MachineScript.AreaOf(snapshot.Layout, entries.AsSpan(..32))));

        Assert.Equal((2, SectorRange.Create(0, 32)), NextCopy());
    }

    [Fact]
    public void S17_the_last_chunk_is_clipped_at_the_end_of_the_origin()
    {
        var script = new MachineScript(20);
        var snapshot = script.Load(script.Terms(8), entries: [new CowEntry(1, 2), new CowEntry(2, 3)]);
        script.Activate(snapshot, isMerge: true);

        Assert.Equal(SectorRange.Create(8, 12), script.Next<OriginEffect.MergeCopy>().Target);
    }

    [Fact]
    public void S17_leaked_chunks_do_not_hide_the_end()
    {
        var snapshot = _script.Add(8, policy: MachineScript.FailWrite);
        _script.Write(0, 1);
        _script.Filled(_script.NextFill(), failedTargets: 1);
        _script.Calm();

        SuspendForMerge(snapshot);
        _script.Activate(snapshot, isMerge: true);

        Assert.Equal(new SnapshotNotice.Merged(), _script.Next<OriginEffect.Tell>().Notice);
        Assert.True(snapshot.Status.IsMerged);
    }

    [Fact]
    public void S19_a_write_to_the_run_waits_and_lands_in_the_origin()
    {
        var snapshot = Merging(Entries);
        NextCopy();

        var write = _script.Write(10, 2);
        _script.Nothing();
        _script.Committed(snapshot, Copied(snapshot));

        _script.Issued(write);
        Assert.Equal([new ChunkPiece(null, SectorRange.Create(10, 2), 10, ChunkAction.Write)], write.Pieces);
        _script.Next<OriginEffect.MergeCopy>();
    }

    [Fact]
    public void S19_a_write_in_flight_ends_before_its_run_is_copied()
    {
        var snapshot = Loaded(Entries);
        _script.Do(machine => machine.Activate(snapshot, isMerge: true));
        _script.Next<OriginEffect.FlushForBarrier>();
        _script.Do(static machine => machine.BarrierFlushed(true));
        _script.Next<OriginEffect.Activated>();
        _script.Do(static machine => machine.Suspend(null));
        _script.Next<OriginEffect.Suspended>();
        var write = _script.Write(10, 2, snapshot);
        _script.Do(machine => machine.Resume(snapshot));
        _script.Nothing();
        _script.Do(static machine => machine.Resume(null));

        _script.Issued(write);
        Assert.Equal([new ChunkPiece(snapshot, SectorRange.Create(10, 2), 42, ChunkAction.Write)], write.Pieces);
        _script.Nothing();
        _script.Ended(write);
        _script.Settled(write);
        Assert.Equal((40, SectorRange.Create(8, 16)), NextCopy());
    }

    [Fact]
    public void S19_a_write_to_a_chunk_that_is_not_merged_yet_goes_to_the_store()
    {
        var snapshot = Merging(Entries);
        NextCopy();

        var write = _script.Write(70, 12);
        _script.Through(write);

        Assert.Equal(
            [
                new ChunkPiece(null, SectorRange.Create(70, 2), 70, ChunkAction.Write),
                new ChunkPiece(snapshot, SectorRange.Create(72, 8), 32, ChunkAction.Write),
                new ChunkPiece(null, SectorRange.Create(80, 2), 80, ChunkAction.Write),
            ],
            write.Pieces);
    }

    [Fact]
    public void Merging_snapshot_and_origin_are_one_device()
    {
        var snapshot = Merging(Entries);
        NextCopy();

        var (write, flush) = (_script.Write(600, 1, snapshot), _script.Submit(ChunkRequestKind.Flush, null));

        _script.Issued(write);
        Assert.Equal([new ChunkPiece(null, SectorRange.Create(600, 1), 600, ChunkAction.Write)], write.Pieces);
        _script.Issued(flush);
        Assert.Equal(
            [
                new ChunkPiece(null, default, 0, ChunkAction.Flush),
                new ChunkPiece(snapshot, default, 0, ChunkAction.Flush),
            ],
            flush.Pieces);
    }

    [Fact]
    public void Discards_are_dropped_while_a_snapshot_merges()
    {
        Merging(Entries);
        NextCopy();

        _script.Settled(_script.Submit(ChunkRequestKind.Discard, null, 600, 8));

        _script.Nothing();
    }

    [Fact]
    public void S20_another_snapshot_keeps_what_a_run_overwrites()
    {
        var snapshot = Loaded(Entries);
        var other = _script.Add(16);
        _script.Activate(snapshot, isMerge: true);

        var fill = _script.NextFill();
        _script.Nothing();
        _script.Filled(fill);
        var commit = _script.NextCommit(other);
        _script.Nothing();
        _script.Committed(other, commit);

        Assert.Equal(SectorRange.Create(0, 32), fill.Source);
        Assert.Equal((40, SectorRange.Create(8, 16)), NextCopy());
    }

    [Fact]
    public void S20_another_snapshot_is_not_asked_to_keep_what_goes_to_the_store()
    {
        var snapshot = Loaded(Entries);
        var other = _script.Add(16);
        _script.Activate(snapshot, isMerge: true);
        _script.Next<OriginEffect.Fill>();

        _script.Through(_script.Write(72, 8));

        Assert.Equal(2, other.PendingCount);
        _script.Nothing();
    }

    [Fact]
    public void S20_the_merging_snapshot_gets_no_exceptions()
    {
        var snapshot = Merging(Entries);
        NextCopy();

        _script.Through(_script.Write(600, 8));

        Assert.Equal(5, snapshot.Map.Count);
        _script.Nothing();
    }

    [Theory]
    [InlineData(SnapshotLoss.DataRead)]
    [InlineData(SnapshotLoss.OriginWrite)]
    public void S21_a_copy_that_fails_ends_the_merge_and_not_the_device(SnapshotLoss loss)
    {
        var snapshot = Merging(Entries);
        NextCopy();
        var waiting = _script.Write(10, 2);

        _script.Do(machine => machine.MergeCopied(loss));
        Assert.Equal(new SnapshotNotice.MergeFailed(loss), _script.Next<OriginEffect.Tell>().Notice);
        _script.Settled(waiting, ChunkRefusal.MergeFailed);
        _script.Nothing();

        Assert.Equal("Merge failed", $"{snapshot.Status}");
        var write = _script.Write(10, 2);
        _script.Through(write);
        Assert.Equal([new ChunkPiece(snapshot, SectorRange.Create(10, 2), 42, ChunkAction.Write)], write.Pieces);
    }

    [Fact]
    public void S21_exceptions_that_could_not_be_cleared_end_the_merge_and_their_chunks_are_written_twice()
    {
        var snapshot = Merging(Entries);
        NextCopy();

        _script.Committed(snapshot, Copied(snapshot), isDurable: false);
        Assert.Equal(new SnapshotNotice.MergeFailed(SnapshotLoss.Metadata), _script.Next<OriginEffect.Tell>().Notice);
        var write = _script.Write(20, 8);

        _script.Through(write);
        Assert.Equal(
            [
                new ChunkPiece(null, SectorRange.Create(20, 4), 20, ChunkAction.Write),
                new ChunkPiece(snapshot, SectorRange.Create(20, 4), 52, ChunkAction.Write),
                new ChunkPiece(null, SectorRange.Create(24, 4), 24, ChunkAction.Write),
            ],
            write.Pieces);
        Assert.Equal(5, snapshot.Map.Count);
    }

    [Fact]
    public void S21_an_area_that_cannot_be_read_ends_the_merge()
    {
        CowEntry[] full = [.. Enumerable.Range(0, 32).Select(index => new CowEntry(3 * index, 2 + index))];
        Merging(full, chunk: 1);
        _script.Next<OriginEffect.ReadArea>();

        _script.Do(machine => machine.AreaRead([]));

        Assert.Equal(new SnapshotNotice.MergeFailed(SnapshotLoss.Metadata), _script.Next<OriginEffect.Tell>().Notice);
        _script.Nothing();
    }

    [Theory]
    [InlineData(-1, 33)]
    [InlineData(93, 34)]
    [InlineData(5, 33)]
    [InlineData(long.MinValue, long.MaxValue)]
    public void S21_an_area_that_is_damaged_ends_the_merge(long oldChunk, long newChunk)
    {
        CowEntry[] full = [.. Enumerable.Range(0, 32).Select(index => new CowEntry(3 * index, 2 + index))];
        var snapshot = Merging(full, chunk: 1);
        _script.Next<OriginEffect.ReadArea>();
        full[31] = new CowEntry(oldChunk, newChunk);

        _script.Do(machine => machine.AreaRead(MachineScript.AreaOf(snapshot.Layout, full)));

        Assert.Equal(new SnapshotNotice.MergeFailed(SnapshotLoss.Metadata), _script.Next<OriginEffect.Tell>().Notice);
        _script.Nothing();
    }

    [Fact]
    public void S21_another_snapshot_that_cannot_keep_a_run_ends_the_merge()
    {
        var snapshot = Loaded(Entries);
        _script.Add(8, cowSectors: 24, policy: MachineScript.FailWrite with { FillWarnings = [] });
        _script.Activate(snapshot, isMerge: true);

        Assert.Contains(
            new OriginEffect.Tell(snapshot, new SnapshotNotice.MergeFailed(SnapshotLoss.OtherSnapshot)),
            _script.Wanted);
        _script.Calm();
        Assert.Equal("Merge failed", $"{snapshot.Status}");
    }

    private SnapshotState Loaded(CowEntry[] entries, int chunk = 8) =>
        _script.Load(_script.Terms(chunk), entries: entries);

    private SnapshotState Merging(CowEntry[] entries, int chunk = 8)
    {
        var snapshot = Loaded(entries, chunk);
        _script.Activate(snapshot, isMerge: true);
        return snapshot;
    }

    private void SuspendForMerge(SnapshotState snapshot)
    {
        _script.Do(machine => machine.Suspend(snapshot));
        _script.Next<OriginEffect.Suspended>();
    }

    private (long Start, SectorRange Target) NextCopy()
    {
        var copy = _script.Next<OriginEffect.MergeCopy>();
        _script.Nothing();
        return (copy.Start, copy.Target);
    }

    private StoreCommit Copied(SnapshotState snapshot)
    {
        _script.Do(static machine => machine.MergeCopied(null));
        return _script.NextCommit(snapshot);
    }
}
