using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>Writes, discards and flushes of snapshots.</summary>
public sealed class OriginMachineSnapshotTests
{
    private readonly MachineScript _script = new(1024);

    [Fact]
    public void S9_a_whole_chunk_is_written_to_the_store_and_the_origin_is_not_read()
    {
        var snapshot = _script.Add(8);
        var write = _script.Write(16, 8, snapshot);

        _script.Issued(write);
        Assert.Equal([new ChunkPiece(snapshot, SectorRange.Create(16, 8), 16, ChunkAction.Write)], write.Pieces);
        Assert.Equal([(2L, 2L)], write.Owned!.Select(exception => (exception.OldChunk, exception.NewChunk)));
        _script.Ended(write);
        var commit = _script.NextCommit(snapshot);
        Assert.Equal(ChunkRequestPhase.Committing, write.Phase);
        _script.Nothing();
        _script.Committed(snapshot, commit);
        _script.Settled(write);
        _script.Nothing();
    }

    [Fact]
    public void S9_a_part_of_a_chunk_is_copied_first()
    {
        var snapshot = _script.Add(8);
        var write = _script.Write(17, 2, snapshot);

        _script.Filled(_script.NextFill());
        _script.Committed(snapshot, _script.NextCommit(snapshot));

        _script.Issued(write);
        Assert.Equal([new ChunkPiece(snapshot, SectorRange.Create(17, 2), 17, ChunkAction.Write)], write.Pieces);
        _script.Ended(write);
        _script.Settled(write);
    }

    [Fact]
    public void S9_of_many_chunks_only_the_edges_are_copied()
    {
        var snapshot = _script.Add(8);
        var write = _script.Write(4, 24, snapshot);

        ChunkFill[] fills = [_script.NextFill(), _script.NextFill()];
        _script.Filled(fills[0]);
        _script.Filled(fills[1]);
        _script.Committed(snapshot, _script.NextCommit(snapshot));

        Assert.Equal([SectorRange.Create(0, 8), SectorRange.Create(24, 8)], fills.Select(fill => fill.Source));
        _script.Issued(write);
        Assert.Equal(
            [
                new ChunkPiece(snapshot, SectorRange.Create(4, 4), 20, ChunkAction.Write),
                new ChunkPiece(snapshot, SectorRange.Create(8, 16), 32, ChunkAction.Write),
                new ChunkPiece(snapshot, SectorRange.Create(24, 4), 24, ChunkAction.Write),
            ],
            write.Pieces);
    }

    [Fact]
    public void S9_the_short_last_chunk_is_whole_when_all_of_it_is_written()
    {
        var script = new MachineScript(20);
        var snapshot = script.Add(8);

        var write = script.Write(16, 4, snapshot);

        script.Issued(write);
        Assert.Equal([new ChunkPiece(snapshot, SectorRange.Create(16, 4), 16, ChunkAction.Write)], write.Pieces);
    }

    [Fact]
    public void S9_more_whole_chunks_than_may_be_in_flight_are_copied_until_the_rest_may()
    {
        var snapshot = _script.Add(8, policy: new SnapshotPolicy { MaxPending = 2 });
        var write = _script.Write(0, 24, snapshot);

        var fill = _script.NextFill();
        _script.Filled(fill);
        _script.Committed(snapshot, _script.NextCommit(snapshot));

        Assert.Equal(SectorRange.Create(16, 8), fill.Source);
        _script.Issued(write);
        Assert.Equal(2, write.Owned!.Count);
    }

    [Fact]
    public void Write_to_a_chunk_in_the_store_changes_it_there()
    {
        var snapshot = _script.Add(8);
        _script.Write(16, 8, snapshot);
        _script.Calm();

        var write = _script.Write(18, 2, snapshot);

        _script.Through(write);
        Assert.Equal([new ChunkPiece(snapshot, SectorRange.Create(18, 2), 18, ChunkAction.Write)], write.Pieces);
        _script.Nothing();
    }

    [Fact]
    public void Write_of_the_origin_waits_for_a_whole_chunk_that_the_snapshot_brings()
    {
        var snapshot = _script.Add(8);
        var (own, other) = (_script.Write(16, 8, snapshot), _script.Write(17, 1));

        _script.Issued(own);
        _script.Nothing();
        _script.Ended(own);
        _script.Committed(snapshot, _script.NextCommit(snapshot));

        _script.Issued(other);
        _script.Settled(own);
    }

    [Fact]
    public void S5_copies_that_end_in_reverse_are_committed_in_the_order_of_their_chunks_and_at_once()
    {
        var snapshot = _script.Add(8);
        for (var chunk = 0; chunk < 10; chunk++)
        {
            _script.Write(chunk * 24, 1);
        }

        ChunkFill[] fills = [.. Enumerable.Range(0, 10).Select(_ => _script.NextFill())];
        foreach (var fill in fills.Reverse())
        {
            _script.Nothing();
            _script.Filled(fill);
        }

        var commit = _script.NextCommit(snapshot);
        _script.Nothing();
        for (var index = 0; index < 10; index++)
        {
            Assert.Equal(new CowEntry(index * 3, index + 2), CowEntry.Read(commit.Image.Span, index));
        }
    }

    [Fact]
    public void S5_what_is_copied_during_a_commit_is_committed_with_the_next()
    {
        var snapshot = _script.Add(8);
        _script.Write(0, 1);
        _script.Filled(_script.NextFill());
        var first = _script.NextCommit(snapshot);
        var image = first.Image.ToArray();

        _script.Write(8, 1);
        _script.Filled(_script.NextFill());
        _script.Nothing();
        Assert.Equal(image, first.Image.ToArray());
        _script.Committed(snapshot, first);

        var second = _script.NextCommit(snapshot);
        Assert.Equal(new CowEntry(1, 3), CowEntry.Read(second.Image.Span, 1));
    }

    [Fact]
    public void S6_the_exception_that_fills_an_area_zeroes_the_next_and_data_skips_it()
    {
        var snapshot = _script.Add(1);
        for (var chunk = 0; chunk < 31; chunk++)
        {
            _script.Write(chunk, 1);
        }

        _script.Calm();
        var (last, next) = (_script.Write(31, 1), _script.Write(32, 1));
        ChunkFill[] fills = [_script.NextFill(), _script.NextFill()];
        _script.Filled(fills[1]);
        _script.Nothing();
        _script.Filled(fills[0]);
        var full = _script.NextCommit(snapshot);
        Assert.Equal(new CowEntry(31, 33), CowEntry.Read(full.Image.Span, 31));
        _script.Committed(snapshot, full);
        var first = _script.NextCommit(snapshot);
        _script.Issued(last);

        Assert.Equal([33L, 35], fills.Select(fill => fill.Targets.Single().Start));
        Assert.Equal((0, 1), (full.Area, full.NextArea));
        Assert.Equal((1, null), (first.Area, first.NextArea));
        Assert.Equal(new CowEntry(32, 35), CowEntry.Read(first.Image.Span, 0));
        Assert.True(CowEntry.Read(first.Image.Span, 1).IsFree);
        _script.Committed(snapshot, first);
        _script.Issued(next);
    }

    [Fact]
    public void S6_a_full_area_is_committed_though_copies_are_in_flight()
    {
        var snapshot = _script.Add(1);
        SimulatedChunkRequest[] writes = [.. Enumerable.Range(0, 40).Select(chunk => _script.Write(2 * chunk, 1))];

        for (var chunk = 0; chunk < 32; chunk++)
        {
            _script.Filled(_script.Find<OriginEffect.Fill>().Copy);
        }

        var commit = _script.Find<OriginEffect.Commit>().Changes;
        Assert.Equal(1, commit.NextArea);
        _script.Committed(snapshot, commit);
        Assert.Equal(32, _script.Wanted.OfType<OriginEffect.Issue>().Count());
        _script.Calm();
        Assert.All(writes, static write => Assert.Equal(ChunkRequestPhase.Outside, write.Phase));
    }

    [Fact]
    public void S4_what_a_torn_write_left_is_zeroed_before_an_exception_is_added()
    {
        // place     0      1      2      …   the free place ends the store
        var snapshot = _script.Load(
            _script.Terms(8), entries: [new CowEntry(4, 2), default, new CowEntry(7, 4)]);
        _script.Activate(snapshot, isMerge: false);

        _script.Write(0, 1);
        _script.Filled(_script.NextFill());
        var clean = _script.NextCommit(snapshot);
        Assert.Empty(clean.Exceptions);
        Assert.Equal(MachineScript.AreaOf(snapshot.Layout, new CowEntry(4, 2)), clean.Image.ToArray());
        Assert.Equal(..snapshot.Layout.ChunkBytes, clean.Changed);
        _script.Committed(snapshot, clean);

        var commit = _script.NextCommit(snapshot);
        Assert.Equal(
            MachineScript.AreaOf(snapshot.Layout, new CowEntry(4, 2), new CowEntry(0, 3)), commit.Image.ToArray());
        Assert.Equal(..Sectors.Size, commit.Changed);
    }

    [Theory]
    [InlineData(16, "32/204800 32", "48/204800 32")]
    [InlineData(8, "16/204800 16", "24/204800 16")]
    public void S16_status_counts_the_chunks_given_out(int chunk, string fresh, string one)
    {
        var snapshot = _script.Add(chunk, cowSectors: 204800);
        Assert.Equal(fresh, $"{snapshot.Status}");

        _script.Write(0, 1);
        _script.Calm();

        Assert.Equal(one, $"{snapshot.Status}");
    }

    [Fact]
    public void S16_status_of_a_second_area()
    {
        var snapshot = _script.Add(1, cowSectors: 1000);

        _script.Write(0, 33);
        _script.Calm();

        // Data in 2..33 and 35, areas in 1 and 34: the next is 36.
        Assert.Equal("36/1000 3", $"{snapshot.Status}");
    }

    [Fact]
    public void Transient_store_begins_with_its_first_chunk_and_writes_no_exceptions()
    {
        var snapshot = _script.Add(8, SnapshotStoreKind.Transient, cowSectors: 80);
        var write = _script.Write(8, 1);

        var fill = _script.NextFill();
        _script.Filled(fill);

        _script.Through(write);
        _script.Nothing();
        Assert.Equal(0, fill.Targets.Single().Start);
        Assert.Equal("8/80 0", $"{snapshot.Status}");
    }

    [Fact]
    public void Transient_store_whose_flush_failed_is_lost_and_not_marked()
    {
        var snapshot = _script.Add(8, SnapshotStoreKind.Transient, policy: MachineScript.FailWrite);
        var flush = _script.Submit(ChunkRequestKind.Flush, snapshot);

        _script.Issued(flush);
        _script.Ended(flush, succeeded: false);

        _script.Settled(flush, ChunkRefusal.Device);
        Assert.Equal(new SnapshotNotice.Invalidated(SnapshotLoss.DataWrite), _script.Next<OriginEffect.Tell>().Notice);
        _script.Nothing();
    }

    [Fact]
    public void S24_discard_zeroes_whole_chunks_discards_parts_and_leaves_what_is_not_in_the_store()
    {
        var snapshot = _script.Add(8);
        _script.Write(8, 16, snapshot);
        _script.Calm();

        var discard = _script.Submit(ChunkRequestKind.Discard, snapshot, 0, 20);

        _script.Through(discard);
        Assert.Equal(
            [
                new ChunkPiece(snapshot, SectorRange.Create(8, 8), 16, ChunkAction.Zero),
                new ChunkPiece(snapshot, SectorRange.Create(16, 4), 24, ChunkAction.Discard),
            ],
            discard.Pieces);
    }

    [Fact]
    public void S24_discard_of_what_is_not_in_the_store_does_nothing()
    {
        var snapshot = _script.Add(8);

        _script.Settled(_script.Submit(ChunkRequestKind.Discard, snapshot, 0, 20));

        _script.Nothing();
    }

    [Fact]
    public void S24_a_discard_that_is_passed_down_copies_nothing()
    {
        const SnapshotFeatures Both = SnapshotFeatures.DiscardZeroesCow | SnapshotFeatures.DiscardPassdownOrigin;
        var snapshot = _script.Load(_script.Terms(8, features: Both));
        _script.Activate(snapshot, isMerge: false);

        var discard = _script.Submit(ChunkRequestKind.Discard, snapshot, 3, 20);

        _script.Through(discard);
        _script.Nothing();
        Assert.Equal([new ChunkPiece(null, SectorRange.Create(3, 20), 3, ChunkAction.Discard)], discard.Pieces);
    }

    [Fact]
    public void S24_a_discard_of_the_origin_is_a_change_that_snapshots_keep()
    {
        _script.Add(8);

        _script.Submit(ChunkRequestKind.Discard, null, 3, 2);

        Assert.Equal(SectorRange.Create(0, 8), _script.NextFill().Source);
        _script.Nothing();
    }

    [Fact]
    public void Flush_of_a_snapshot_goes_to_its_store_though_it_is_invalid()
    {
        var snapshot = _script.Add(8);
        _script.Write(0, 1);
        _script.Filled(_script.NextFill(), sourceFailed: true);
        _script.Calm();

        var flush = _script.Submit(ChunkRequestKind.Flush, snapshot);
        var write = _script.Write(0, 1, snapshot);

        _script.Issued(flush);
        Assert.Equal([new ChunkPiece(snapshot, default, 0, ChunkAction.Flush)], flush.Pieces);
        _script.Settled(write, ChunkRefusal.Invalid);
    }

    [Fact]
    public void Whole_chunk_whose_write_failed_costs_the_snapshot()
    {
        var snapshot = _script.Add(8);
        var write = _script.Write(0, 8, snapshot);

        _script.Issued(write);
        _script.Ended(write, succeeded: false);

        Assert.Equal(ChunkRefusal.Device, _script.Find<OriginEffect.Settle>().Refusal);
        Assert.False(snapshot.IsValid);
        _script.Find<OriginEffect.MarkInvalid>();
    }

    [Fact]
    public void Copy_that_ends_after_its_snapshot_was_lost_changes_nothing()
    {
        var snapshot = _script.Add(8);
        _script.Write(0, 1);
        _script.Write(80, 1);
        ChunkFill[] fills = [_script.NextFill(), _script.NextFill()];
        _script.Filled(fills[0], sourceFailed: true);
        _script.Calm();

        _script.Filled(fills[1]);

        _script.Nothing();
        Assert.Equal((0, 0), (snapshot.Map.Count, snapshot.PendingCount));
        Assert.True(snapshot.IsQuiet);
    }
}
