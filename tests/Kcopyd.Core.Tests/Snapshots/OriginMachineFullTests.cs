using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>Stores with no room, and who pays for it.</summary>
public sealed class OriginMachineFullTests
{
    /// <summary>The head, an area, and two chunks of data.</summary>
    private const long RoomForTwo = 4 * 8;

    private readonly MachineScript _script = new(1024);

    [Fact]
    public void S10_a_write_of_a_full_P_fails_and_costs_the_snapshot()
    {
        var snapshot = FullOf(SnapshotStoreKind.Persistent);

        var write = _script.Write(100, 1, snapshot);

        Assert.Equal(snapshot, _script.Find<OriginEffect.MarkInvalid>().Snapshot);
        Assert.Equal(new OriginEffect.Settle(write, ChunkRefusal.NoRoom), _script.Find<OriginEffect.Settle>());
        Assert.Equal(new SnapshotNotice.Invalidated(SnapshotLoss.NoRoom), _script.Next<OriginEffect.Tell>().Notice);
        Assert.Equal("Invalid", $"{snapshot.Status}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void S10_a_write_of_a_full_PO_fails_and_the_snapshot_stays_readable(int count)
    {
        var snapshot = FullOf(SnapshotStoreKind.PersistentOverflow);

        var write = _script.Write(104, count, snapshot);
        Assert.Equal(new SnapshotNotice.Overflowed(), _script.Next<OriginEffect.Tell>().Notice);
        _script.Settled(write, ChunkRefusal.NoRoom);
        _script.Nothing();

        Assert.Equal("Overflow", $"{snapshot.Status}");
        Assert.Equal(SnapshotGate.Open, snapshot.Map.Begin(0, 0, out _));
        _script.Settled(_script.Write(0, 1, snapshot), ChunkRefusal.Overflowed);
    }

    [Theory]
    [InlineData(SnapshotStoreKind.Persistent)]
    [InlineData(SnapshotStoreKind.PersistentOverflow)]
    public void S11_a_write_of_the_origin_costs_the_full_snapshot_and_succeeds(SnapshotStoreKind kind)
    {
        var snapshot = FullOf(kind);

        var write = _script.Write(100, 1);
        _script.Next<OriginEffect.MarkInvalid>();
        _script.Next<OriginEffect.Tell>();
        _script.Nothing();
        _script.Do(machine => machine.Marked(snapshot));

        _script.Through(write);
        Assert.False(snapshot.IsValid);
    }

    [Fact]
    public void S11_the_transient_snapshot_is_lost_at_once()
    {
        var snapshot = _script.Add(8, SnapshotStoreKind.Transient, cowSectors: 8);
        _script.Write(0, 1);
        _script.Calm();

        var write = _script.Write(100, 1);

        Assert.Equal(new SnapshotNotice.Invalidated(SnapshotLoss.NoRoom), _script.Next<OriginEffect.Tell>().Notice);
        _script.Through(write);
        Assert.False(snapshot.IsValid);
    }

    [Fact]
    public void S11_other_snapshots_keep_what_the_write_changes()
    {
        FullOf(SnapshotStoreKind.Persistent);
        var other = _script.Add(8);

        _script.Write(100, 1);
        _script.Calm();

        Assert.Equal(1, other.Map.Count);
    }

    [Theory]
    [InlineData(SnapshotStoreKind.Persistent)]
    [InlineData(SnapshotStoreKind.PersistentOverflow)]
    [InlineData(SnapshotStoreKind.Transient)]
    public void Policy_that_fails_writes_saves_the_snapshot(SnapshotStoreKind kind)
    {
        var snapshot = FullOf(kind, MachineScript.FailWrite);

        var (origin, own) = (_script.Write(100, 1), _script.Write(120, 8, snapshot));
        Assert.Equal(new SnapshotNotice.Full(), _script.Next<OriginEffect.Tell>().Notice);
        _script.Settled(origin, ChunkRefusal.NoRoom);
        _script.Settled(own, ChunkRefusal.NoRoom);

        _script.Nothing();
        Assert.True(snapshot.IsValid);
        _script.Through(_script.Write(0, 1));
    }

    [Fact]
    public void Policy_that_fails_writes_keeps_what_other_snapshots_began()
    {
        FullOf(SnapshotStoreKind.Persistent, MachineScript.FailWrite);
        var other = _script.Add(16);

        var write = _script.Write(100, 1);
        Assert.Equal(new OriginEffect.Settle(write, ChunkRefusal.NoRoom), _script.Find<OriginEffect.Settle>());
        _script.Calm();

        Assert.Equal(1, other.Map.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Policy_that_fails_writes_covers_a_copy_that_fails(bool isSource)
    {
        var snapshot = _script.Add(8, policy: MachineScript.FailWrite);
        var write = _script.Write(0, 1);

        _script.Filled(_script.NextFill(), sourceFailed: isSource, failedTargets: 1);

        _script.Settled(write, ChunkRefusal.NotKept);
        _script.Nothing();
        Assert.True(snapshot.IsValid);
    }

    [Fact]
    public void Slot_of_a_failed_copy_leaks_its_chunk_and_blocks_no_commit()
    {
        var snapshot = _script.Add(8, policy: MachineScript.FailWrite);
        var (bad, good) = (_script.Write(0, 1), _script.Write(80, 1));
        ChunkFill[] fills = [_script.NextFill(), _script.NextFill()];
        _script.Filled(fills[1]);
        _script.Nothing();

        _script.Filled(fills[0], failedTargets: 1);
        var commit = _script.Find<OriginEffect.Commit>().Changes;
        _script.Settled(bad, ChunkRefusal.NotKept);
        _script.Committed(snapshot, commit);

        Assert.Equal(new CowEntry(10, 3), CowEntry.Read(commit.Image.Span, 0));
        _script.Through(good);
        _script.Write(0, 1);
        Assert.Equal(4 * 8, _script.NextFill().Targets.Single().Start);
    }

    [Fact]
    public void Commit_that_failed_is_undone_on_the_device_before_the_next()
    {
        var snapshot = _script.Add(8, policy: MachineScript.FailWrite);
        var write = _script.Write(0, 1);
        _script.Filled(_script.NextFill());
        _script.Committed(snapshot, _script.NextCommit(snapshot), isDurable: false);
        _script.Settled(write, ChunkRefusal.NotKept);

        var again = _script.Write(8, 1);
        _script.Filled(_script.NextFill());
        var clean = _script.NextCommit(snapshot);
        Assert.Empty(clean.Exceptions);
        Assert.False(clean.Image.Span.ContainsAnyExcept((byte)0));
        Assert.Equal(..Sectors.Size, clean.Changed);
        _script.Committed(snapshot, clean);
        var commit = _script.NextCommit(snapshot);
        Assert.Equal(new CowEntry(1, 3), CowEntry.Read(commit.Image.Span, 0));
        _script.Committed(snapshot, commit);
        _script.Through(again);
    }

    [Fact]
    public void Undoing_that_fails_refuses_who_waits_and_is_tried_again_for_the_next()
    {
        var snapshot = _script.Add(8, policy: MachineScript.FailWrite);
        _script.Write(0, 1);
        _script.Filled(_script.NextFill());
        _script.Committed(snapshot, _script.NextCommit(snapshot), isDurable: false);
        _script.Calm();
        var write = _script.Write(8, 1);
        _script.Filled(_script.NextFill());

        _script.Committed(snapshot, _script.NextCommit(snapshot), isDurable: false);
        _script.Settled(write, ChunkRefusal.NotKept);
        _script.Nothing();
        _script.Write(8, 1);
        _script.Filled(_script.NextFill());

        Assert.Empty(_script.NextCommit(snapshot).Exceptions);
    }

    [Fact]
    public void Failed_whole_chunk_write_fails_alone()
    {
        var snapshot = _script.Add(8, policy: MachineScript.FailWrite);
        var (own, other) = (_script.Write(0, 8, snapshot), _script.Write(0, 1));
        _script.Issued(own);

        _script.Ended(own, succeeded: false);

        var fill = _script.Find<OriginEffect.Fill>().Copy;
        _script.Settled(own, ChunkRefusal.Device);
        _script.Filled(fill);
        _script.Committed(snapshot, _script.NextCommit(snapshot));
        _script.Through(other);
    }

    [Fact]
    public void Whole_chunks_that_do_not_all_fit_take_none()
    {
        var snapshot = _script.Add(8, cowSectors: RoomForTwo, policy: MachineScript.FailWrite);

        _script.Write(0, 24, snapshot);

        _script.Calm();
        Assert.Equal("16/32 16", $"{snapshot.Status}");
        _script.Write(0, 16, snapshot);
        _script.Calm();
        Assert.Equal("32/32 16", $"{snapshot.Status}");
    }

    [Theory]
    [InlineData(34, 31)]
    [InlineData(35, 32)]
    [InlineData(36, 33)]
    public void Last_place_of_an_area_is_given_out_only_if_the_next_area_has_room(long cowSectors, int fit)
    {
        // head 0, area 1, data 2..33, area 34, data 35..
        var snapshot = _script.Add(1, cowSectors: cowSectors, policy: MachineScript.FailWrite);

        for (var chunk = 0; chunk < 40; chunk++)
        {
            _script.Write(chunk, 1);
            _script.Calm();
        }

        Assert.Equal(fit, snapshot.Map.Count);
    }

    [Fact]
    public void Room_in_a_store_that_grew_is_used()
    {
        var snapshot = FullOf(SnapshotStoreKind.PersistentOverflow);
        _script.Write(100, 1, snapshot);
        _script.Calm();

        _script.Do(machine => machine.Resize(snapshot, 2 * RoomForTwo));
        _script.Write(100, 1, snapshot);
        _script.Calm();

        Assert.Equal("40/64 16", $"{snapshot.Status}");
    }

    [Fact]
    public void Store_that_fills_up_is_announced_once_at_each_threshold()
    {
        var policy = new SnapshotPolicy { FillWarnings = [40, 50, 80] };
        _script.Add(8, cowSectors: 80, policy: policy);
        List<SnapshotNotice> told = [];
        for (var chunk = 0; chunk < 7; chunk++)
        {
            _script.Write(chunk * 8, 1);
            told.AddRange(_script.Wanted.OfType<OriginEffect.Tell>().Select(tell => tell.Notice));
            _script.Calm();
        }

        Assert.Equal(
            [new SnapshotNotice.Filling(40), new SnapshotNotice.Filling(50), new SnapshotNotice.Filling(80)], told);
    }

    /// <summary>A snapshot that keeps chunks 0 and 1, and has no room for more.</summary>
    private SnapshotState FullOf(SnapshotStoreKind kind, SnapshotPolicy? policy = null)
    {
        var room = kind == SnapshotStoreKind.Transient ? 2 * 8 : RoomForTwo;
        var snapshot = _script.Add(8, kind, room, (policy ?? new SnapshotPolicy()) with { FillWarnings = [] });
        _script.Write(0, 16);
        _script.Calm();
        return snapshot;
    }
}
