using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>A device that fails under <c>kcopyd snapshot</c> is named, with where and why.</summary>
public sealed class SnapshotFailureProgramTests : IDisposable
{
    private const int Sectors = 2048;
    private const int Chunk = 8;
    private const int CowSectors = 4096;

    private readonly SnapshotBench _bench = new(Sectors, Chunk);

    public void Dispose() => _bench.Dispose();

    [SkippableFact]
    public async Task A_merge_whose_origin_cannot_be_written_says_which_device_and_where()
    {
        Require.Mounts();
        Require.LoopDevices();
        using var mount = TemporaryMount.Tmpfs(512 << 10);
        using (var backing = File.OpenHandle(mount["backing"], FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.SetLength(backing, Sectors * 512);
        }

        // The file system has no room for half of them.
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(Enumerable.Range(0, Sectors / Chunk));
        using var loop = LoopDevice.Attach(mount["backing"]);

        var result = await SnapshotBench.RunAsync(
            "merge", _bench.Table.Replace(_bench.Origin, loop.Path, StringComparison.Ordinal), "--json");

        AssertFailed(result, $"the origin could not be written: {loop.Path}: ");
        Assert.InRange(_bench.Entries(), 1, Sectors / Chunk);
    }

    [SkippableFact]
    public async Task A_merge_whose_store_cannot_be_read_says_which_device_and_where()
    {
        Require.LoopDevices();
        await _bench.CreateAsync(CowSectors);
        _bench.Overwrite(5);
        using var loop = LoopDevice.Attach(_bench.Cow);
        using (var file = File.OpenHandle(_bench.Cow, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            // The kernel answers EIO where the file behind the disk was cut.
            RandomAccess.SetLength(file, 2 * Chunk * 512);
        }

        var result = await SnapshotBench.RunAsync(
            "merge", _bench.Table.Replace(_bench.Cow, loop.Path, StringComparison.Ordinal), "--json");

        AssertFailed(
            result, $"its store could not be read: {loop.Path}: read at byte {2 * Chunk * 512} failed: ");
        Assert.Equal(1, _bench.Entries());
    }

    private static void AssertFailed(ProgramResult result, string words)
    {
        Assert.True(result.ExitCode == 1, $"{result}");
        Assert.Equal(2, result.ErrorLines.Length);
        Assert.Contains(words, result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Matches(
            " at byte [0-9]+ failed: [A-Za-z]| failed: [A-Za-z].*, after sectors [0-9]+ to [0-9]+",
            result.ErrorLines[0]);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("failed", json.RootElement.GetProperty("state").GetString());
        Assert.Contains(words, json.RootElement.GetProperty("failure").GetString(), StringComparison.Ordinal);
    }
}
