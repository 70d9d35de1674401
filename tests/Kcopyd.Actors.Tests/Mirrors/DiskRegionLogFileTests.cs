using Kcopyd.Actors.Mirrors;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Actors.Tests.Mirrors;

[Collection(LoopDeviceCollection.Name)]
public sealed class DiskRegionLogFileTests : IDisposable
{
    private const int Regions = 40_000;
    private const int Length = 16 * 1024;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Regular_file_holds_the_log(bool direct)
    {
        var path = _directory.Sparse("log", Length);

        await UseAsync(path, direct);

        Check(await File.ReadAllBytesAsync(path));
    }

    [SkippableTheory]
    [InlineData(512, false)]
    [InlineData(512, true)]
    [InlineData(4096, true)]
    public async Task Loop_device_holds_the_log(int blockSize, bool direct)
    {
        Require.LoopDevices();
        var path = _directory.Sparse("log", Length);
        using var loop = LoopDevice.Attach(path, "--sector-size", $"{blockSize}");

        await UseAsync(loop.Path, direct);

        Check(await File.ReadAllBytesAsync(path));
    }

    private static async Task UseAsync(string path, bool direct)
    {
        var options = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite, Direct = direct };
        await using var device = await FileBlockDevice.OpenAsync(path, options, default);
        await using (var log = new DiskRegionLog(device, LogTables.Disk(Regions), LogTrust.Strict))
        {
            Assert.Equal(0, (await log.LoadAsync(default)).SetCount);
            await log.CommitAsync(new LogCommit(1, [], [new RegionRun(0, Regions - 1)]));
            await log.CommitAsync(LogTables.Commit([0, 17, Regions - 1], []));
        }

        var again = await DiskRegionLogTests.LoadAgainAsync(device, Regions);
        Assert.Equal(Regions - 3, again.SetCount);
        Assert.Equal(0, again.NextClear(0));
        Assert.Equal(17, again.NextClear(1));
        Assert.Equal(Regions - 1, again.NextClear(18));
    }

    private static void Check(byte[] bytes)
    {
        Assert.Equal("7252694D02000000409C000000000000", Convert.ToHexString(bytes.AsSpan(0, 16)));
        Assert.Equal("FEFFFDFF", Convert.ToHexString(bytes.AsSpan(1024, 4)));
        Assert.Equal("FFFFFF7F000000", Convert.ToHexString(bytes.AsSpan(1024 + (Regions / 8) - 4, 7)));
    }
}
