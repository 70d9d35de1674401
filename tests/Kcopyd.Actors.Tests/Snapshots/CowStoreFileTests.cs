using Kcopyd.Actors.Tests.Mirrors;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;
using static Kcopyd.Actors.Tests.Snapshots.StoreTables;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Stores on real files and loop devices, through the page cache and past it.</summary>
[Collection(LoopDeviceCollection.Name)]
public sealed class CowStoreFileTests : IDisposable
{
    private const int Length = 1 << 20;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Regular_file_holds_the_store(bool direct)
    {
        var path = _directory.Sparse("cow", Length);

        await UseAsync(path, direct);

        Check(await File.ReadAllBytesAsync(path));
    }

    [SkippableTheory]
    [InlineData(512, false)]
    [InlineData(512, true)]
    [InlineData(4096, true)]
    public async Task Loop_device_holds_the_store(int blockSize, bool direct)
    {
        Require.LoopDevices();
        var path = _directory.Sparse("cow", Length);
        using var loop = LoopDevice.Attach(path, "--sector-size", $"{blockSize}");

        await UseAsync(loop.Path, direct);

        Check(await File.ReadAllBytesAsync(path));
    }

    private static async Task UseAsync(string path, bool direct)
    {
        var options = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite, Direct = direct };
        await using var cow = await FileBlockDevice.OpenAsync(path, options, default);
        await using var origin = new MemoryBlockDevice(2.MiB);
        using (var bench = await StoreBench.OpenAsync(origin, cow, Of(8)))
        {
            await bench.OverwriteAsync([.. Enumerable.Range(0, 100).Select(i => 4L * i)]);
            await bench.OverwriteAsync(401);
        }

        var loaded = await LoadAsync(cow, Of(8).Opening(isWritable: false));
        Assert.Equal(101, loaded.Exceptions.Count);
        var store = loaded.Store;
        Assert.Equal((103 * 8, 2048, 16), (store.AllocatedSectors, store.CowSectors, store.MetadataSectors));
    }

    private static void Check(byte[] bytes)
    {
        Assert.Equal("536E4170010000000100000008000000", Convert.ToHexString(bytes.AsSpan(0, 16)));
        Assert.Equal("91010000000000006600000000000000", Convert.ToHexString(bytes.AsSpan(4096 + 1600, 16)));
        Assert.False(bytes.AsSpan(4096 + 1616, 4096 - 1616).ContainsAnyExcept((byte)0));
    }
}
