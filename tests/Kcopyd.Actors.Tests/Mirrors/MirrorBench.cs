using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>Mirrors on a simulated actor system: virtual time, and an order that a seed decides. Usually of eight
/// regions of 8 KiB, on legs <c>a</c>, <c>b</c>, … that hold patterns 1, 2, … before.</summary>
internal sealed class MirrorBench(int seed = 0) : IDisposable
{
    public const int RegionSectors = 16;

    public const int RegionBytes = RegionSectors * Sectors.Size;

    public const int Regions = 8;

    public const int Length = Regions * RegionBytes;

    /// <summary>A recovery covers one region.</summary>
    public static readonly MirrorOptions RegionByRegion = new() { RecoverySize = new ByteCount(RegionBytes) };

    /// <summary>And there is one at a time, as in the kernel.</summary>
    public static readonly MirrorOptions OneByOne = RegionByRegion with { Recoveries = 1 };

    private readonly CopySimulation _simulation = new(seed);

    public SimulationLoop Loop => _simulation.Loop;

    public CopySimulation Simulation => _simulation;

    public Akka.Actor.ActorSystem System => _simulation.System;

    public static MemoryBlockDevice Leg(int content, int length = Length) =>
        Copying.Devices.Filled(length, content);

    public static MemoryBlockDevice LogDevice(long length = 4096) => new(new ByteCount(length));

    public static MirrorTable Table(
        string log = "core 1 16", int legs = 2, string features = "", long sectors = Length / Sectors.Size)
    {
        var places = string.Concat(Enumerable.Range(0, legs).Select(leg => $" {(char)('a' + leg)} 0"));
        return MirrorTable.Parse($"0 {sectors} mirror {log} {legs}{places} {features}".TrimEnd());
    }

    /// <summary>A mirror that is in sync from the start.</summary>
    public static MirrorTable InSync(string features = "", int legs = 2) => Table("core 2 16 nosync", legs, features);

    /// <summary>A mirror that is in sync from the start, with a log on disk.</summary>
    public static MirrorTable InSyncOnDisk(string features = "") => Table("disk 3 log 16 nosync", 2, features);

    public void Dispose() => _simulation.Dispose();

    public MirrorDevice Start(MirrorTable table, params IBlockDevice[] legs) => Start(table, null, legs);

    public MirrorDevice Start(MirrorTable table, MirrorOptions? options, params IBlockDevice[] legs) =>
        Run(MirrorDevice.CreateAsync(System, table, new MirrorParts([.. legs], null, AreOwned: false), options));

    public MirrorDevice StartOn(
        IBlockDevice log, MirrorTable table, MirrorOptions? options, params IBlockDevice[] legs) =>
        Run(MirrorDevice.CreateAsync(System, table, new MirrorParts([.. legs], log, AreOwned: false), options));

    public T Run<T>(Task<T> task) => Loop.Run(task);

    public void Run(Task task)
    {
        Loop.Run(task);
        task.GetAwaiter().GetResult();
    }

    public void Run(ValueTask task) => Run(task.AsTask());

    /// <summary>Runs until nothing can; time stands still.</summary>
    public void Settle() => Loop.RunUntilIdle();

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

    public void AssertCancelled(Task task)
    {
        Loop.Run(task);
        Assert.True(task.IsCanceled);
    }

    /// <summary>The failure of a call, whether it throws or its task does.</summary>
    public T Failure<T>(Func<Task> call)
        where T : Exception
    {
        return Failure<T>(CallAsync());

        async Task CallAsync() => await call().ConfigureAwait(false);
    }

    /// <summary>Begins a write of a pattern.</summary>
    public static Task Begin(MirrorDevice mirror, int offset, int length, int content) => mirror.WriteAsync(
        offset, TestPatterns.Create(offset, length, content), WriteDurability.Cached, default).AsTask();

    /// <summary>Begins a write of all of a region.</summary>
    public static Task BeginRegion(MirrorDevice mirror, int region, int content) =>
        Begin(mirror, region * RegionBytes, RegionBytes, content);

    /// <summary>Begins a flush.</summary>
    public static Task BeginFlush(MirrorDevice mirror) => mirror.FlushAsync(mirror.WriteEpoch, default).AsTask();

    public void WriteRegion(MirrorDevice mirror, int region, int content) =>
        Run(BeginRegion(mirror, region, content));

    public byte[] Read(MirrorDevice mirror, int offset, int length)
    {
        var bytes = new byte[length];
        Run(mirror.ReadAsync(offset, bytes, default));
        return bytes;
    }

    public void AssertReads(MirrorDevice mirror, int offset, int length, int content) =>
        Assert.Null(TestPatterns.FirstDifference(Read(mirror, offset, length), offset, content));

    public string Status(MirrorDevice mirror) => Run(mirror.GetStatusAsync()).ToString();

    public void WaitUntilInSync(MirrorDevice mirror) => Run(mirror.WaitUntilInSyncAsync());

    /// <summary>Ends the mirror's actor at once, as a crash would.</summary>
    public void Crash(MirrorDevice mirror)
    {
        System.Stop(mirror.Actor);
        Settle();
    }

    public static byte[] Bytes(IBlockDevice device, long offset, int length)
    {
        var bytes = new byte[length];
        ((MemoryBlockDevice)device).Read(offset, bytes);
        return bytes;
    }

    public static void AssertHolds(IBlockDevice device, int offset, int length, int content) =>
        Assert.Null(TestPatterns.FirstDifference(Bytes(device, offset, length), offset, content));

    public static void AssertRegion(IBlockDevice device, int region, int content) =>
        AssertHolds(device, region * RegionBytes, RegionBytes, content);

    public static void AssertEqual(params MemoryBlockDevice[] legs) =>
        Assert.All(legs, leg => Assert.Equal(Copying.Devices.Bytes(legs[0]), Copying.Devices.Bytes(leg)));

    /// <summary>The first byte of the bits of a log on disk.</summary>
    public static byte LoggedBits(IBlockDevice log) => Bytes(log, 1024, 1)[0];

    /// <summary>The regions that a device was asked to read from its first sector on, in order.</summary>
    public static IReadOnlyList<int> ReadRegions(DeviceLog log, string device) =>
        [.. log.Find(DeviceLogPhase.Begun, DeviceOperation.Read, device)
            .Select(entry => (int)(entry.Request.Offset / RegionBytes))];

    /// <summary>A device whose gates are open until a test closes them.</summary>
    public static GatedBlockDevice Gateable(IBlockDevice device) => new(device, []) { ContinuesInline = true };
}
