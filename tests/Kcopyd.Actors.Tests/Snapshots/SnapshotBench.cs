using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Origins and snapshots on a simulated actor system: virtual time, and an order that a seed decides. Usually
/// an origin of 64 chunks of 4 KiB that holds pattern 1.</summary>
internal sealed class SnapshotBench(int seed = 0) : IDisposable
{
    public const int ChunkSectors = 8;

    public const int ChunkBytes = ChunkSectors * Sectors.Size;

    public const int Chunks = 64;

    public const int Length = Chunks * ChunkBytes;

    private readonly CopySimulation _simulation = new(seed);

    public SimulationLoop Loop => _simulation.Loop;

    public CopySimulation Simulation => _simulation;

    public Akka.Actor.ActorSystem System => _simulation.System;

    public static MemoryBlockDevice Origin(int content = 1, int length = Length) =>
        Copying.Devices.Filled(length, content);

    /// <summary>A COW device of zeros, with room for so many chunks of 4 KiB.</summary>
    public static MemoryBlockDevice Cow(int chunks = 96) => new(new ByteCount((long)chunks * ChunkBytes));

    public static SnapshotTable Table(string store = "P 8", string target = "snapshot", int length = Length) =>
        SnapshotTable.Parse($"0 {length / Sectors.Size} {target} origin cow {store}");

    public void Dispose() => _simulation.Dispose();

    public OriginDevice Start(IBlockDevice origin, OriginOptions? options = null) =>
        OriginDevice.Create(System, origin, isOwned: false, options);

    public SnapshotDevice Add(
        OriginDevice origin, IBlockDevice cow, SnapshotTable? table = null, SnapshotOptions? options = null) =>
        Run(origin.AddSnapshotAsync(table ?? Table(), cow, isOwned: false, options));

    /// <summary>A snapshot that was not resumed yet.</summary>
    public SnapshotDevice Load(
        OriginDevice origin, IBlockDevice cow, SnapshotTable? table = null, SnapshotOptions? options = null) =>
        Run(origin.LoadSnapshotAsync(table ?? Table(), cow, isOwned: false, options));

    public T Run<T>(Task<T> task) => Loop.Run(task);

    public void Run(Task task)
    {
        Loop.Run(task);
        task.GetAwaiter().GetResult();
    }

    public void Run(ValueTask task) => Run(task.AsTask());

    /// <summary>Runs until nothing can; time stands still.</summary>
    public void Settle() => Loop.RunUntilIdle();

    /// <summary>Makes a store to merge: chunks 5 and 6 of the origin changed, 20, 30 and 31 of the snapshot.</summary>
    public void MakeStore(OriginDevice origin, IBlockDevice cow)
    {
        var snapshot = Add(origin, cow);
        Run(Begin(origin, 5 * ChunkBytes, 2 * ChunkBytes, 2));
        WriteChunk(snapshot, 20, 8);
        Run(Begin(snapshot, 30 * ChunkBytes, 2 * ChunkBytes, 9));
        Run(snapshot.DisposeAsync());
    }

    /// <summary>What the snapshot of a store shows.</summary>
    public byte[] ViewOf(OriginDevice origin, IBlockDevice cow)
    {
        var snapshot = Add(origin, cow);
        var view = Read(snapshot, 0, Length);
        Run(snapshot.DisposeAsync());
        return view;
    }

    public T Failure<T>(Task task)
        where T : Exception
    {
        Loop.Run(task);
        return Assert.IsType<T>(task.Exception?.InnerException);
    }

    public void AssertEio(Task task)
    {
        var failure = Failure<DeviceException>(task);
        Assert.Equal((DeviceErrorKind.Io, 5), (failure.Kind, failure.Errno));
    }

    public void AssertClosed(Task task) =>
        Assert.Equal(DeviceErrorKind.Closed, Failure<DeviceException>(task).Kind);

    public void AssertCancelled(Task task)
    {
        Loop.Run(task);
        Assert.True(task.IsCanceled);
    }

    /// <summary>Begins a write of a pattern.</summary>
    public static Task Begin(IBlockDevice device, int offset, int length, int content) => device.WriteAsync(
        offset, TestPatterns.Create(offset, length, content), WriteDurability.Cached, default).AsTask();

    /// <summary>Begins a write of all of a chunk.</summary>
    public static Task BeginChunk(IBlockDevice device, int chunk, int content) =>
        Begin(device, chunk * ChunkBytes, ChunkBytes, content);

    /// <summary>Begins a flush of what was written until now.</summary>
    public static Task BeginFlush(IBlockDevice device) => device.FlushAsync(device.WriteEpoch, default).AsTask();

    /// <summary>Begins a read of all of a chunk.</summary>
    public static Task BeginRead(IBlockDevice device, int chunk, byte[] bytes) =>
        device.ReadAsync(chunk * ChunkBytes, bytes, default).AsTask();

    /// <summary>Begins a discard of chunks.</summary>
    public static Task BeginDiscard(IBlockDevice device, int chunk, int count = 1) =>
        device.DiscardAsync(chunk * ChunkBytes, count * ChunkBytes, default).AsTask();

    public void WriteChunk(IBlockDevice device, int chunk, int content) => Run(BeginChunk(device, chunk, content));

    public byte[] Read(IBlockDevice device, int offset, int length)
    {
        var bytes = new byte[length];
        Run(device.ReadAsync(offset, bytes, default));
        return bytes;
    }

    public void AssertReads(IBlockDevice device, int offset, int length, int content) =>
        Assert.Null(TestPatterns.FirstDifference(Read(device, offset, length), offset, content));

    public void AssertChunk(IBlockDevice device, int chunk, int content) =>
        AssertReads(device, chunk * ChunkBytes, ChunkBytes, content);

    public string Status(SnapshotDevice snapshot) => Run(snapshot.GetStatusAsync()).ToString();

    /// <summary>Ends the origin's actor at once, as a crash would.</summary>
    public void Crash(OriginDevice origin)
    {
        System.Stop(origin.Actor);
        Settle();
    }

    /// <summary>Asserts what a device in memory holds.</summary>
    public static void AssertHolds(IBlockDevice device, int chunk, int content) => Assert.Null(
        TestPatterns.FirstDifference(Bytes(device, chunk * ChunkBytes, ChunkBytes), chunk * ChunkBytes, content));

    public static byte[] Bytes(IBlockDevice device, long offset, int length)
    {
        var bytes = new byte[length];
        ((MemoryBlockDevice)device).Read(offset, bytes);
        return bytes;
    }

    /// <summary>An entry of an area.</summary>
    public static CowEntry Entry(IBlockDevice cow, int area, int index) =>
        CowEntry.Read(Bytes(cow, new CowLayout(ChunkSectors).AreaChunk(area) * ChunkBytes, ChunkBytes), index);

    /// <summary>The valid field of a store's head.</summary>
    public static int ValidOf(IBlockDevice cow) => BitConverter.ToInt32(Bytes(cow, 4, 4));

    /// <summary>A device whose gates are open until a test closes them.</summary>
    public static GatedBlockDevice Gateable(IBlockDevice device) => new(device, []) { ContinuesInline = true };
}
