using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What a snapshot is for.</summary>
public sealed class SnapshotBasicsTests : IDisposable
{
    private readonly SnapshotBench _bench = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void S1_snapshot_shows_what_the_origin_was_and_the_store_is_as_the_kernel_has_it()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);

        _bench.WriteChunk(origin, 5, 2);

        _bench.AssertChunk(origin, 5, 2);
        _bench.AssertReads(snapshot, 0, Length, 1);
        Assert.Equal("536E4170010000000100000008000000", Convert.ToHexString(Bytes(_cow, 0, 16)));
        Assert.Equal(new CowEntry(5, 2), Entry(_cow, 0, 0));
        Assert.Equal(default, Entry(_cow, 0, 1));
        Assert.Equal("24/768 16", _bench.Status(snapshot));
    }

    [Fact]
    public void Snapshot_takes_writes_of_its_own()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);

        _bench.WriteChunk(snapshot, 3, 7);
        _bench.Run(Begin(snapshot, (4 * ChunkBytes) + 512, 512, 8));

        _bench.AssertChunk(snapshot, 3, 7);
        _bench.AssertReads(snapshot, 4 * ChunkBytes, 512, 1);
        _bench.AssertReads(snapshot, (4 * ChunkBytes) + 512, 512, 8);
        _bench.AssertReads(snapshot, (4 * ChunkBytes) + 1024, ChunkBytes - 1024, 1);
        _bench.AssertReads(origin, 0, Length, 1);
    }

    [Fact]
    public void Snapshot_is_the_same_after_it_was_loaded_again()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);
        _bench.WriteChunk(origin, 5, 2);
        _bench.WriteChunk(snapshot, 9, 3);
        _bench.Run(origin.DisposeAsync());

        var again = _bench.Start(_device);
        var loaded = _bench.Add(again, _cow);

        _bench.AssertChunk(loaded, 5, 1);
        _bench.AssertChunk(loaded, 9, 3);
        _bench.AssertChunk(loaded, 6, 1);
        Assert.Equal("32/768 16", _bench.Status(loaded));
    }

    [Fact]
    public void S17_merge_makes_the_origin_what_the_snapshot_was()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);
        _bench.WriteChunk(origin, 5, 2);
        _bench.WriteChunk(origin, 6, 2);
        _bench.WriteChunk(snapshot, 9, 3);
        _bench.Run(snapshot.DisposeAsync());

        var merging = _bench.Add(origin, _cow, Table(target: "snapshot-merge"));
        _bench.Run(merging.WaitUntilMergedAsync());

        Assert.Equal("16/768 16", _bench.Status(merging));
        _bench.AssertReads(origin, 0, 9 * ChunkBytes, 1);
        _bench.AssertChunk(origin, 9, 3);
        Assert.Equal(Bytes(_device, 9 * ChunkBytes, ChunkBytes), _bench.Read(origin, 9 * ChunkBytes, ChunkBytes));
    }

    [Fact]
    public void Closing_an_origin_with_snapshots_ends()
    {
        var origin = _bench.Start(_device);
        var snapshot = _bench.Add(origin, _cow);
        _bench.WriteChunk(origin, 5, 2);

        _bench.Run(origin.DisposeAsync());

        var failure = _bench.Failure<DeviceException>(BeginChunk(snapshot, 1, 1));
        Assert.Equal(DeviceErrorKind.Closed, failure.Kind);
        _bench.Run(snapshot.DisposeAsync());
    }
}
