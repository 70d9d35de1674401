using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>A leg that fails ends a synchronisation, when the others have what they can have.</summary>
public sealed class MirrorFailureProgramTests : IDisposable
{
    private const int Length = 4 << 20;
    private const int Sectors = Length / 512;

    private readonly MirrorBench _bench = new();
    private readonly string _source;

    public MirrorFailureProgramTests() => _source = _bench.Files.File("a", Length);

    public void Dispose() => _bench.Dispose();

    [SkippableFact]
    public async Task A_leg_without_room_fails_and_the_other_is_finished()
    {
        Require.Mounts();
        Require.LoopDevices();
        using var mount = TemporaryMount.Tmpfs(1 << 20);
        using (var backing = File.OpenHandle(mount["backing"], FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.SetLength(backing, Length);
        }

        using var loop = LoopDevice.Attach(mount["backing"]);
        var table = _bench.Table(Sectors, 128, _source, _bench.Files["b"], loop.Path);
        await MirrorBench.CreateAsync(table, "--size", "4M");

        var result = await MirrorBench.RunAsync("sync", table, "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(2, result.ErrorLines.Length);
        Assert.Contains($"leg 2 {loop.Path} failed: ", result.ErrorLines[0], StringComparison.Ordinal);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("failed", json.RootElement.GetProperty("state").GetString());
        var failure = Assert.Single(json.RootElement.GetProperty("failures").EnumerateArray());
        Assert.Equal(2, failure.GetProperty("leg").GetInt32());
        Assert.Equal(TempDirectory.Bytes(Length, 1), File.ReadAllBytes(_bench.Files["b"]));
        Assert.InRange(_bench.CleanRegions(), 0, (Sectors / 128) - 1);
    }

    [SkippableFact]
    public async Task A_first_leg_that_cannot_be_read_to_its_end_leaves_what_could_be_copied()
    {
        Require.LoopDevices();
        using var loop = LoopDevice.Attach(_source);
        using (var file = File.OpenHandle(_source, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            // The kernel answers EIO where the file behind the disk was cut.
            RandomAccess.SetLength(file, Length / 2);
        }

        var table = _bench.Table(Sectors, 128, loop.Path, _bench.Files["b"]);
        await MirrorBench.CreateAsync(table, "--size", "4M");

        var result = await MirrorBench.RunAsync("sync", table);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"leg 0 {loop.Path} failed: ", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Equal(Sectors / 128 / 2, _bench.CleanRegions());
        Assert.Equal(
            TempDirectory.Bytes(Length, 1).AsSpan(0, Length / 2),
            File.ReadAllBytes(_bench.Files["b"]).AsSpan(0, Length / 2));
        (await MirrorBench.RunAsync("check", table)).IsDone();
    }

    [SkippableFact]
    public async Task Loop_devices_are_legs_and_log()
    {
        Require.LoopDevices();
        using var one = LoopDevice.Attach(_source);
        using var two = LoopDevice.Attach(_bench.Files.File("b", Length, seed: 2));
        using var log = LoopDevice.Attach(_bench.Files.Sparse("l", 64 << 10), "--sector-size", "4096");
        var table = $"0 {Sectors} mirror disk 2 {log.Path} 128 2 {one.Path} 0 {two.Path} 0";
        await MirrorBench.CreateAsync(table);

        (await MirrorBench.RunAsync("sync", table)).IsDone();

        (await MirrorBench.RunAsync("check", table)).IsDone();
        Assert.Equal(TempDirectory.Bytes(Length, 1), File.ReadAllBytes(_bench.Files["b"]));
    }
}
