using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.SnapshotBench;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Flushes that fail are heard by everyone whose writes they were about.</summary>
public sealed class SnapshotEpochTests : IDisposable
{
    private static readonly SnapshotTable Merge = Table(target: "snapshot-merge");

    private readonly SnapshotBench _bench = new();
    private readonly MemoryBlockDevice _device = Origin();
    private readonly MemoryBlockDevice _cow = Cow();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Failed_flush_loses_the_unflushed_writes_of_its_epoch(bool isSnapshot)
    {
        FaultyBlockDevice origin = new(_device), cow = new(_cow);
        var device = _bench.Start(origin);
        var snapshot = _bench.Add(device, cow);
        var (asked, bad) = isSnapshot ? ((IBlockDevice)snapshot, cow) : (device, origin);
        var other = isSnapshot ? (IBlockDevice)device : snapshot;
        _bench.WriteChunk(asked, 5, 2);
        var (epoch, otherEpoch) = (asked.WriteEpoch, other.WriteEpoch);

        bad.EndWriteEpoch();

        AssertLost(asked.FlushAsync(epoch, default).AsTask());
        AssertLost(asked.FlushAsync(epoch, default).AsTask());
        _bench.Run(other.FlushAsync(otherEpoch, default));
        Assert.NotEqual(epoch, asked.WriteEpoch);
        _bench.WriteChunk(asked, 5, 3);
        _bench.Run(BeginFlush(asked));
    }

    [Fact]
    public void Flush_of_the_store_that_fails_for_an_exception_is_heard_by_the_snapshots_next_flush()
    {
        _bench.Run(_bench.Add(_bench.Start(_device), _cow).DisposeAsync());
        var device = _bench.Start(_device);
        var cow = new FaultyBlockDevice(_cow, DeviceFault.At(DeviceOperation.Flush, 3));
        var snapshot = _bench.Add(
            device, cow, null, new SnapshotOptions { OnFailure = SnapshotFailurePolicy.FailWrite });
        _bench.WriteChunk(device, 5, 2);
        var epoch = snapshot.WriteEpoch;
        _bench.WriteChunk(device, 5, 3);
        _bench.Run(Begin(snapshot, 5 * ChunkBytes, 512, 7));

        _bench.AssertEio(BeginChunk(device, 6, 2));

        AssertLost(snapshot.FlushAsync(epoch, default).AsTask());
        _bench.Run(BeginFlush(snapshot));
        _bench.Run(BeginFlush(device));
    }

    [Fact]
    public void Flush_of_the_origin_that_fails_when_a_snapshot_begins_is_heard_by_the_origins_next_flush()
    {
        var device = _bench.Start(new FaultyBlockDevice(_device, new DeviceFault(DeviceOperation.Flush)));
        _bench.WriteChunk(device, 5, 2);
        var epoch = device.WriteEpoch;

        _bench.Failure<DeviceException>(device.AddSnapshotAsync(Table(), _cow));

        AssertLost(device.FlushAsync(epoch, default).AsTask());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Failed_flush_of_the_origin_or_the_store_is_heard_by_both_while_a_snapshot_is_merged(bool isStore)
    {
        FaultyBlockDevice origin = new(_device), cow = new(_cow);
        var device = _bench.Start(origin);
        var merging = _bench.Add(device, cow, Merge);
        var (epoch, same) = (device.WriteEpoch, merging.WriteEpoch);
        Assert.Equal(epoch, same);

        (isStore ? cow : origin).EndWriteEpoch();

        AssertLost(device.FlushAsync(epoch, default).AsTask());
        AssertLost(merging.FlushAsync(epoch, default).AsTask());
        _bench.Run(BeginFlush(device));
        _bench.Run(BeginFlush(merging));
        epoch = device.WriteEpoch;
        _bench.Run(merging.DisposeAsync());
        Assert.Equal(epoch, device.WriteEpoch);
        cow.EndWriteEpoch();
        _bench.Run(device.FlushAsync(epoch, default));
        origin.EndWriteEpoch();
        AssertLost(device.FlushAsync(epoch, default).AsTask());
    }

    [Fact]
    public void Flush_that_waited_from_one_merge_to_the_next_is_no_loss()
    {
        FaultyBlockDevice first = new(_cow), second = new(Cow());
        var device = _bench.Start(_device);
        first.EndWriteEpoch();
        var merging = _bench.Add(device, first, Merge);
        var epoch = device.WriteEpoch;
        _bench.Run(merging.DisposeAsync());
        _bench.Run(device.SuspendAsync());
        var flush = device.FlushAsync(epoch, default).AsTask();
        _bench.Settle();

        _bench.Add(device, second, Merge);
        _bench.Run(device.ResumeAsync());

        _bench.Run(flush);
    }

    [Fact]
    public void Epochs_of_an_origin_never_come_again_whatever_is_merged()
    {
        FaultyBlockDevice origin = new(_device), first = new(_cow), second = new(Cow());
        var epochs = new JointEpochs(origin);
        List<long> seen = [epochs.Current];

        epochs.Begin(first);
        See(0);
        first.EndWriteEpoch();
        See(1);
        origin.EndWriteEpoch();
        See(1);
        epochs.End();
        See(0);
        first.EndWriteEpoch();
        See(0);
        second.EndWriteEpoch();
        epochs.Begin(second);
        See(0);
        second.EndWriteEpoch();
        second.EndWriteEpoch();
        See(2);
        epochs.End();
        See(0);

        void See(long more)
        {
            Assert.Equal(seen[^1] + more, epochs.Current);
            seen.Add(epochs.Current);
            Assert.Equal(origin.WriteEpoch, epochs.Split("origin", seen[^1]).Origin);
            Assert.Throws<DeviceException>(() => epochs.Split("origin", seen[^1] - 1));
        }
    }

    private void AssertLost(Task flush) =>
        Assert.Equal(DeviceErrorKind.UnflushedWritesLost, _bench.Failure<DeviceException>(flush).Kind);
}
