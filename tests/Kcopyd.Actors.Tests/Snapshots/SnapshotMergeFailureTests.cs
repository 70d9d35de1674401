using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>A merge that cannot go on.</summary>
public sealed class SnapshotMergeFailureTests : IDisposable
{
    /// <summary>The place in its area of the last exception that <see cref="SnapshotBench.MakeStore"/> makes.</summary>
    private const int LastOfStore = 4;

    /// <summary>Its chunk, which is merged first.</summary>
    private const int LastMerged = 31;

    private static readonly SnapshotTable Merge = Table(target: "snapshot-merge");

    private readonly SnapshotBench _bench = new();
    private readonly List<SnapshotNotice> _notices = [];
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    private SnapshotOptions Options => new() { OnNotice = _notices.Add };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(DeviceOperation.Write)]
    [InlineData(DeviceOperation.Flush)]
    public void S21_merge_that_cannot_write_the_origin_stops_and_everything_else_goes_on(DeviceOperation operation)
    {
        var bad = new SwitchedDevice(_device);
        var origin = _bench.Start(bad);
        _bench.MakeStore(origin, _cow);
        var view = _bench.ViewOf(origin, _cow);
        var gated = Gateable(_cow);
        var merging = _bench.Load(origin, gated, Merge, Options);
        gated.CloseGate(DeviceOperation.Read);
        _bench.Run(merging.ResumeAsync());
        _bench.Settle();
        bad.Fail(operation);
        var waiting = merging.WaitUntilMergedAsync();
        var held = BeginChunk(origin, 30, 11);
        _bench.Simulation.Open(gated);

        _bench.AssertEio(held);
        var failure = _bench.Failure<SnapshotStoreException>(waiting);
        var later = _bench.Failure<SnapshotStoreException>(merging.WaitUntilMergedAsync());
        Assert.Contains("the origin could not be written: memory:", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{operation}", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(failure.Message, later.Message);
        Assert.Equal("Merge failed", _bench.Status(merging));
        _bench.Settle();
        Assert.Equal([new SnapshotNotice.MergeFailed(SnapshotLoss.OriginWrite)], _notices);
        bad.Mend();
        Assert.Equal(view, _bench.Read(origin, 0, Length));
        _bench.WriteChunk(origin, 30, 11);
        _bench.WriteChunk(merging, 50, 12);
        _bench.AssertChunk(origin, 30, 11);
        _bench.AssertChunk(origin, 50, 12);
        _bench.Run(merging.DisposeAsync());

        var rest = _bench.Add(origin, _cow, Merge);
        _bench.Run(rest.WaitUntilMergedAsync());
        AssertHolds(_device, 30, 11);
        AssertHolds(_device, 5, 1);
    }

    [Theory]
    [InlineData(DeviceOperation.Read, SnapshotLoss.DataRead)]
    [InlineData(DeviceOperation.Write, SnapshotLoss.Metadata)]
    public void S21_merge_whose_store_fails_stops(DeviceOperation operation, SnapshotLoss loss)
    {
        var bad = new SwitchedDevice(_cow);
        var origin = _bench.Start(_device);
        _bench.MakeStore(origin, _cow);
        var merging = _bench.Load(origin, bad, Merge, Options);
        bad.Fail(operation);

        _bench.Run(merging.ResumeAsync());
        _bench.Failure<SnapshotStoreException>(merging.WaitUntilMergedAsync());
        bad.Mend();

        _bench.Settle();
        Assert.Equal([new SnapshotNotice.MergeFailed(loss)], _notices);
        _bench.WriteChunk(origin, 30, 11);
        _bench.AssertChunk(merging, 30, 11);
        _bench.AssertChunk(merging, 5, 1);
    }

    /// <summary>The store says already that the run is merged, and its users do not know: what they read is what a
    /// restart finds.</summary>
    [Fact]
    public void What_was_read_after_a_merge_failed_is_there_after_a_restart()
    {
        var said = DeviceFault.At(DeviceOperation.Write, 1) with { BytesBefore = ChunkBytes };
        var written = DeviceFault.At(DeviceOperation.Write, 2) with { BytesBefore = ChunkBytes };
        var origin = _bench.Start(_device);
        _bench.MakeStore(origin, _cow);
        var merging = _bench.Add(origin, new FaultyBlockDevice(_cow, said, written), Merge, Options);
        _bench.Failure<SnapshotStoreException>(merging.WaitUntilMergedAsync());
        Assert.True(Entry(_cow, area: 0, LastOfStore).IsFree);

        _bench.AssertEio(BeginChunk(origin, LastMerged, 11));
        var shown = _bench.Read(origin, LastMerged * ChunkBytes, ChunkBytes);
        _bench.Crash(origin);

        var restarted = _bench.Start(_device);
        _bench.Add(restarted, _cow, Merge);
        Assert.Equal(shown, _bench.Read(restarted, LastMerged * ChunkBytes, ChunkBytes));
    }

    [Fact]
    public void Merge_whose_store_cannot_be_cleaned_before_does_not_begin_and_loses_nothing()
    {
        var bad = new SwitchedDevice(_cow);
        var origin = _bench.Start(_device);
        var old = _bench.Add(
            origin, bad, null, new SnapshotOptions { OnFailure = SnapshotFailurePolicy.FailWrite });
        _bench.WriteChunk(old, 20, 8);
        bad.Fail(DeviceOperation.Flush);
        _bench.AssertEio(BeginChunk(origin, 5, 2));
        _bench.Run(old.SuspendAsync());
        var merging = _bench.Run(origin.LoadSuccessorAsync(old, Merge));

        var refusal = _bench.Failure<DeviceException>(merging.ResumeAsync());
        Assert.Contains("could not begin", refusal.Reason, StringComparison.Ordinal);
        _bench.AssertChunk(origin, 20, 1);
        bad.Mend();
        _bench.Run(merging.ResumeAsync());
        _bench.Run(merging.WaitUntilMergedAsync());

        AssertHolds(_device, 20, 8);
        AssertHolds(_device, 5, 1);
    }

    [Fact]
    public void Who_waits_for_the_merge_of_a_snapshot_hears_that_it_became_invalid()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, Cow(4));
        var waiting = snapshot.WaitUntilMergedAsync();

        for (var chunk = 0; chunk < 3; chunk++)
        {
            _bench.WriteChunk(origin, chunk, 2);
        }

        _bench.Failure<SnapshotStoreException>(waiting);
        _bench.Failure<SnapshotStoreException>(snapshot.WaitUntilMergedAsync());
    }

    [Fact]
    public void Deliberately_a_merge_stops_when_another_snapshot_with_FailWrite_has_no_room()
    {
        var origin = _bench.Start(_device);
        _bench.MakeStore(origin, _cow);
        var other = _bench.Add(
            origin, Cow(4), null, new SnapshotOptions { OnFailure = SnapshotFailurePolicy.FailWrite });
        var before = _bench.Read(origin, 0, Length);

        var merging = _bench.Add(origin, _cow, Merge, Options);
        _bench.Failure<SnapshotStoreException>(merging.WaitUntilMergedAsync());
        _bench.Settle();

        Assert.Equal("Merge failed", _bench.Status(merging));
        Assert.Equal([new SnapshotNotice.MergeFailed(SnapshotLoss.OtherSnapshot)], _notices);
        Assert.Equal(before, _bench.Read(other, 0, Length));
    }
}
