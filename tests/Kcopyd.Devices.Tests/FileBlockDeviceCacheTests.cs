using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class FileBlockDeviceCacheTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public FileBlockDeviceCacheTests()
    {
        Require.Linux();
    }

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dropped_cache_of_a_flushed_file_is_gone(bool direct)
    {
        var path = _directory.File("target", (1 << 20) + 100);
        await using var device = await Devices.OpenWritableAsync(path, direct);
        await Devices.WriteAsync(device, 1 << 20, Devices.Bytes(512, seed: 2));
        await device.FlushAsync(device.WriteEpoch, default);
        Assert.NotEqual("0", CachedPages(path));

        await device.DropCacheAsync(0, (1 << 20) + 512, default);

        Assert.Equal("0", CachedPages(path));
        Assert.Equal(Devices.Bytes(512, seed: 2)[..100], (await Devices.ReadAllAsync(device))[(1 << 20)..]);
    }

    [SkippableFact]
    public async Task Dropping_the_cache_loses_nothing_that_was_not_flushed()
    {
        await using var device = await Devices.OpenWritableAsync(_directory.File("target", 65_536));
        var content = Devices.Bytes(65_536, seed: 2);
        await Devices.WriteAsync(device, 0, content);

        await device.DropCacheAsync(0, 65_536, default);

        Assert.Equal(content, await Devices.ReadAllAsync(device));
    }

    [SkippableFact]
    public async Task Cache_that_another_has_dirtied_is_written_back_and_dropped()
    {
        var path = _directory.File("source", 65_536);
        await using var device = await Devices.OpenAsync(path);
        var content = Devices.Bytes(65_536, seed: 2);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.Write(file, content, 0);
        }

        await device.DropCacheAsync(0, 65_536, default);

        Assert.Equal("0", CachedPages(path));
        Assert.Equal(content, await Devices.ReadAllAsync(device));
    }

    private static string CachedPages(string path) =>
        Shell.Run("fincore", "--noheadings", "--output", "PAGES", path).Trim();
}
