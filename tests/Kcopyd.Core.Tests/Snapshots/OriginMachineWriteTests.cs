using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>Writes of an origin, and what its snapshots keep of it first.</summary>
public sealed class OriginMachineWriteTests
{
    private readonly MachineScript _script = new(1024);

    [Fact]
    public void Write_with_no_snapshot_goes_to_the_origin_at_once()
    {
        var write = _script.Write(3, 2);

        _script.Issued(write);
        Assert.Equal(
            [new ChunkPiece(null, SectorRange.Create(3, 2), 3, ChunkAction.Write)], write.Pieces);
        _script.Ended(write);
        _script.Settled(write);
        _script.Nothing();
    }

    [Fact]
    public void S2_a_second_write_to_a_chunk_copies_nothing_and_commits_nothing()
    {
        var snapshot = _script.Add(8);
        _script.Write(3, 2);
        _script.Calm();

        _script.Through(_script.Write(5, 3));
        _script.Through(_script.Write(0, 8));

        _script.Nothing();
        Assert.Equal(1, snapshot.Map.Count);
    }

    [Fact]
    public void S3_data_then_exception_then_the_origin()
    {
        var snapshot = _script.Add(8);

        var write = _script.Write(9, 2);
        var fill = _script.NextFill();
        _script.Nothing();
        _script.Filled(fill);
        var commit = _script.NextCommit(snapshot);
        _script.Nothing();
        _script.Committed(snapshot, commit);
        _script.Through(write);

        Assert.Equal(SectorRange.Create(8, 8), fill.Source);
        Assert.Equal(16, fill.Targets.Single().Start);
        Assert.Equal(new CowEntry(1, 2), CowEntry.Read(commit.Image.Span, 0));
        Assert.Equal(..Sectors.Size, commit.Changed);
        Assert.Null(commit.NextArea);
        _script.Nothing();
    }

    [Fact]
    public void S3_a_write_that_comes_meanwhile_waits_for_the_same_exception()
    {
        var snapshot = _script.Add(8);
        var (first, second) = (_script.Write(9, 2), _script.Write(12, 1));

        _script.Filled(_script.NextFill());
        _script.Committed(snapshot, _script.NextCommit(snapshot));

        _script.Issued(first);
        _script.Issued(second);
        _script.Nothing();
    }

    [Fact]
    public void Consecutive_chunks_are_one_copy_and_one_commit()
    {
        var snapshot = _script.Add(8);

        var write = _script.Write(4, 32);
        var fill = _script.NextFill();
        _script.Filled(fill);
        var commit = _script.NextCommit(snapshot);
        _script.Committed(snapshot, commit);
        _script.Through(write);

        Assert.Equal(SectorRange.Create(0, 40), fill.Source);
        Assert.Equal([0, 1, 2, 3, 4], commit.Exceptions.Select(exception => exception.OldChunk));
        Assert.Equal([2, 3, 4, 5, 6], commit.Exceptions.Select(exception => exception.NewChunk));
        _script.Nothing();
    }

    [Fact]
    public void S7_a_write_waits_for_snapshots_of_three_chunk_sizes_and_is_issued_once()
    {
        SnapshotState[] snapshots = [_script.Add(8), _script.Add(16), _script.Add(32)];
        Assert.Equal([32, 16, 8], _script.Machine.Snapshots.Select(snapshot => snapshot.Layout.ChunkSectors));

        var write = _script.Write(40, 1);
        ChunkFill[] fills = [_script.NextFill(), _script.NextFill(), _script.NextFill()];
        _script.Nothing();
        foreach (var fill in fills)
        {
            _script.Filled(fill);
        }

        foreach (var _ in snapshots)
        {
            Assert.DoesNotContain(_script.Wanted, effect => effect is OriginEffect.Issue);
            var commit = _script.Find<OriginEffect.Commit>();
            _script.Committed(commit.Snapshot, commit.Changes);
        }

        _script.Through(write);
        _script.Nothing();
        Assert.Equal(
            [SectorRange.Create(32, 32), SectorRange.Create(32, 16), SectorRange.Create(40, 8)],
            fills.Select(fill => fill.Source).OrderByDescending(source => source.Count));
    }

    [Fact]
    public void S7_snapshots_of_one_chunk_size_are_served_by_one_read()
    {
        SnapshotState[] snapshots = [_script.Add(8), _script.Add(8, cowSectors: 4096), _script.Add(8)];
        _script.Write(8, 8, snapshots[1]);
        _script.Calm();

        _script.Write(0, 16);
        ChunkFill[] fills = [_script.NextFill(), _script.NextFill()];

        _script.Nothing();
        Assert.Equal([SectorRange.Create(0, 8), SectorRange.Create(8, 8)], fills.Select(fill => fill.Source));
        Assert.Equal(snapshots, fills[0].Targets.Select(target => target.Snapshot));
        Assert.Equal([snapshots[0], snapshots[2]], fills[1].Targets.Select(target => target.Snapshot));
        Assert.Equal([16L, 24, 16], fills[0].Targets.Select(target => target.Start));
    }

    [Fact]
    public void A_copy_has_no_more_targets_than_the_mask_of_its_failures()
    {
        for (var i = 0; i < 65; i++)
        {
            _script.Add(8);
        }

        _script.Write(0, 1);
        ChunkFill[] fills = [_script.NextFill(), _script.NextFill()];

        _script.Nothing();
        Assert.Equal([64, 1], fills.Select(fill => fill.Targets.Length));
    }

    [Fact]
    public void S8_a_write_waits_for_older_reads_of_the_chunk_from_the_origin()
    {
        var snapshot = _script.Add(8);
        Assert.Equal(SnapshotGate.Open, snapshot.Map.Begin(0, 1, out var old));

        var write = _script.Write(9, 1);
        _script.Filled(_script.NextFill());
        _script.Committed(snapshot, _script.NextCommit(snapshot));
        _script.Nothing();
        snapshot.Map.Begin(1, 1, out var late);
        Assert.Equal(new SnapshotReadEnd(IsGood: true, IsAwaited: true), snapshot.Map.End(old!));
        _script.Do(machine => machine.ReadEnded(snapshot));

        _script.Through(write);
        Assert.Equal([new ExceptionRun(0, ExceptionRun.None, 2)], old!.Runs);
        Assert.Equal([new ExceptionRun(1, 2, 1)], late!.Runs);
        Assert.Equal(new SnapshotReadEnd(IsGood: true, IsAwaited: false), snapshot.Map.End(late));
    }

    [Fact]
    public void S8_a_write_that_comes_while_the_read_goes_on_waits_too()
    {
        var snapshot = _script.Add(8);
        snapshot.Map.Begin(1, 1, out var read);
        var first = _script.Write(9, 1);
        _script.Filled(_script.NextFill());
        _script.Committed(snapshot, _script.NextCommit(snapshot));

        var second = _script.Write(10, 1);
        _script.Nothing();
        snapshot.Map.End(read!);
        _script.Do(machine => machine.ReadEnded(snapshot));

        _script.Issued(first);
        _script.Issued(second);
    }

    [Fact]
    public void S12_a_copy_that_cannot_read_the_origin_costs_the_snapshot_and_not_the_write()
    {
        var snapshot = _script.Add(8);
        var write = _script.Write(0, 1);

        _script.Filled(_script.NextFill(), sourceFailed: true);
        Assert.Same(snapshot, _script.Next<OriginEffect.MarkInvalid>().Snapshot);
        Assert.Equal(new SnapshotNotice.Invalidated(SnapshotLoss.OriginRead), _script.Next<OriginEffect.Tell>().Notice);
        _script.Nothing();
        _script.Do(machine => machine.Marked(snapshot));

        _script.Through(write);
        Assert.Equal("Invalid", $"{snapshot.Status}");
        Assert.Equal(SnapshotGate.Invalid, snapshot.Map.Begin(0, 0, out _));
    }

    [Fact]
    public void S12_the_writes_that_come_while_the_store_is_being_marked_wait()
    {
        var snapshot = _script.Add(8);
        _script.Write(0, 1);
        _script.Filled(_script.NextFill(), sourceFailed: true);
        _script.Find<OriginEffect.MarkInvalid>();
        _script.Find<OriginEffect.Tell>();

        var later = _script.Write(100, 1);
        _script.Nothing();
        _script.Do(machine => machine.Marked(snapshot));

        Assert.Contains(new OriginEffect.Issue(later), _script.Wanted);
    }

    [Fact]
    public void S12_one_bad_target_costs_only_its_snapshot()
    {
        var (bad, good) = (_script.Add(8), _script.Add(8));
        var write = _script.Write(0, 1);

        _script.Filled(_script.NextFill(), failedTargets: 0b01);
        _script.Calm();

        Assert.Equal(ChunkRequestPhase.Outside, write.Phase);
        Assert.False(bad.IsValid);
        Assert.True(good.IsValid);
        Assert.Equal(1, good.Map.Count);
    }

    [Fact]
    public void S12_a_commit_that_fails_costs_the_snapshot_and_not_the_write()
    {
        var snapshot = _script.Add(8);
        var write = _script.Write(0, 1);
        _script.Filled(_script.NextFill());

        _script.Committed(snapshot, _script.NextCommit(snapshot), isDurable: false);
        _script.Find<OriginEffect.MarkInvalid>();
        Assert.Equal(new SnapshotNotice.Invalidated(SnapshotLoss.Metadata), _script.Next<OriginEffect.Tell>().Notice);
        _script.Nothing();
        _script.Do(machine => machine.Marked(snapshot));

        _script.Through(write);
    }

    [Fact]
    public void S25_writers_wait_while_enough_copies_are_in_flight_and_go_on_in_order()
    {
        var snapshot = _script.Add(8, policy: new SnapshotPolicy { MaxPending = 2 });
        SimulatedChunkRequest[] writes = [.. Enumerable.Range(0, 5).Select(chunk => _script.Write(chunk * 8, 1))];

        ChunkFill[] fills = [_script.NextFill(), _script.NextFill()];
        _script.Nothing();
        Assert.Equal(2, snapshot.PendingCount);
        _script.Filled(fills[0]);
        _script.Filled(fills[1]);
        _script.Committed(snapshot, _script.NextCommit(snapshot));

        Assert.Equal(
            [16L, 24], _script.Wanted.OfType<OriginEffect.Fill>().Select(fill => fill.Copy.Source.Start));
        _script.Calm();
        Assert.All(writes, static write => Assert.Equal(ChunkRequestPhase.Outside, write.Phase));
        Assert.Equal(5, snapshot.Map.Count);
    }

    [Fact]
    public void S25_a_write_that_needs_more_exceptions_than_may_be_in_flight_makes_them_in_rounds()
    {
        var snapshot = _script.Add(8, policy: new SnapshotPolicy { MaxPending = 2 });
        var write = _script.Write(0, 40);
        List<long> rounds = [];

        while (_script.Wanted is [OriginEffect.Fill, ..])
        {
            var fill = _script.NextFill();
            rounds.Add(fill.Source.Count / 8);
            _script.Filled(fill);
            _script.Committed(snapshot, _script.NextCommit(snapshot));
        }

        _script.Through(write);
        Assert.Equal([2, 2, 1], rounds);
    }

    [Fact]
    public void S25_being_let_in_at_one_snapshot_does_not_pass_the_limit_of_another()
    {
        var policy = new SnapshotPolicy { MaxPending = 1 };
        var (small, large) = (_script.Add(8, policy: policy), _script.Add(16, policy: policy));
        _script.Write(0, 1);
        _script.Write(16, 1);
        _script.Write(32, 1);

        while (_script.Wanted.Count > 0)
        {
            Assert.InRange(small.PendingCount, 0, 1);
            Assert.InRange(large.PendingCount, 0, 1);
            _script.Step();
        }

        Assert.Equal((3, 3), (small.Map.Count, large.Map.Count));
    }

    [Fact]
    public void S25_who_gives_up_waiting_for_room_lets_the_next_in()
    {
        var snapshot = _script.Add(8, policy: new SnapshotPolicy { MaxPending = 1 });
        _script.Write(0, 1);
        var (given, next) = (_script.Write(8, 1), _script.Write(16, 1));

        _script.Do(machine => Assert.True(machine.TryWithdraw(given)));
        _script.Calm();

        Assert.Equal(ChunkRequestPhase.Outside, next.Phase);
        Assert.Equal(2, snapshot.Map.Count);
    }

    [Fact]
    public void S26_the_copy_of_the_last_chunk_ends_with_the_origin()
    {
        var script = new MachineScript(20);
        script.Add(8);
        script.Add(16);

        script.Write(19, 1);
        ChunkFill[] fills = [script.NextFill(), script.NextFill()];

        Assert.All(fills, static fill => Assert.Equal(SectorRange.Create(16, 4), fill.Source));
    }

    [Fact]
    public void Write_past_the_end_of_a_snapshot_is_none_of_its_business()
    {
        var snapshot = _script.Add(8, length: 20);

        _script.Through(_script.Write(20, 4));
        _script.Write(19, 8);

        Assert.Equal(SectorRange.Create(16, 8), _script.NextFill().Source);
        _script.Nothing();
        Assert.Equal(1, snapshot.PendingCount);
    }

    [Fact]
    public void Withdrawn_write_is_not_issued_and_its_exception_comes_to_be_all_the_same()
    {
        var snapshot = _script.Add(8);
        var write = _script.Write(0, 1);

        _script.Do(machine => Assert.True(machine.TryWithdraw(write)));
        _script.Filled(_script.NextFill());
        _script.Committed(snapshot, _script.NextCommit(snapshot));

        _script.Nothing();
        Assert.Equal(1, snapshot.Map.Count);
    }

    [Fact]
    public void Write_in_flight_is_not_given_back()
    {
        var write = _script.Write(0, 1);

        _script.Do(machine => Assert.False(machine.TryWithdraw(write)));
        _script.Through(write);
    }
}
