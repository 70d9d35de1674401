using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>What goes wrong while a job runs: exit code 1, one sentence for each thing, and a result that says how
/// far it came.</summary>
public sealed class FailureProgramTests : IDisposable
{
    private const int Length = 4 << 20;

    private readonly TempDirectory _files = new();
    private readonly string _source;

    public FailureProgramTests() => _source = _files.File("source", Length);

    public void Dispose() => _files.Dispose();

    [SkippableFact]
    public async Task A_disk_that_fills_up_fails_the_copy()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(1 << 20);

        var result = await KcopydProgram.RunAsync("copy", _source, mount["target"]);

        Assert.Equal(1, result.ExitCode);
        result.IsUnfinished(mount["target"], "no space left on device");
        Assert.Contains("of 4 MiB copied", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(mount["target"]), "What was copied is left.");
        Assert.Equal(TempDirectory.Bytes(Length, 1), File.ReadAllBytes(_source));
    }

    [SkippableFact]
    public async Task A_disk_that_fills_up_is_dropped_and_the_other_target_is_finished()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(1 << 20);

        var result = await KcopydProgram.RunAsync(
            "copy", _source, mount["target"], _files["good"], "--on-target-error", "drop");

        Assert.Equal(1, result.ExitCode);
        result.IsSentence(mount["target"], "no space left on device", "dropped");
        Assert.Equal(TempDirectory.Bytes(Length, 1), File.ReadAllBytes(_files["good"]));
    }

    [SkippableFact]
    public async Task A_source_that_cannot_be_read_to_its_end_fails_the_copy()
    {
        Require.LoopDevices();
        using var loop = HalfReadable();

        var result = await KcopydProgram.RunAsync("copy", loop.Path, _files["target"]);

        Assert.Equal(1, result.ExitCode);
        result.IsUnfinished(loop.Path, "nput/output error");
    }

    [SkippableFact]
    public async Task A_source_that_cannot_be_read_to_its_end_is_salvaged()
    {
        Require.LoopDevices();
        using var loop = HalfReadable();

        var result = await KcopydProgram.RunAsync(
            "copy", loop.Path, _files["target"], "--on-read-error", "salvage", "--json");

        Assert.Equal(1, result.ExitCode);
        result.IsSentence(loop.Path, "4096 unreadable sectors", "2 MiB", "zeros");
        byte[] expected = [.. TempDirectory.Bytes(Length, 1).AsSpan(0, Length / 2), .. new byte[Length / 2]];
        Assert.Equal(expected, File.ReadAllBytes(_files["target"]));
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("completedWithErrors", json.RootElement.GetProperty("state").GetString());
        Assert.True(json.RootElement.GetProperty("readError").GetBoolean());
        var zeroed = json.RootElement.GetProperty("zeroedRanges").EnumerateArray().ToList();
        Assert.Equal(4096, zeroed.Sum(range => range.GetProperty("count").GetInt64()));
        Assert.Equal(4096, zeroed.Min(range => range.GetProperty("sector").GetInt64()));
    }

    [SkippableFact]
    public async Task A_target_that_vanishes_fails_the_copy()
    {
        Require.Linux();
        using var running = KcopydProgram.Start(
            "copy", _source, _files["target"], "--rate", "4M", "--segment", "64K", "--progress", "json");
        await running.NextErrorLineAsync();
        running.Signal("STOP");
        File.Delete(_files["target"]);
        running.Signal("CONT");

        var result = await running.EndAsync();

        Assert.Equal(1, result.ExitCode);
        var lines = result.ErrorLines.Where(text => text.StartsWith("kcopyd: ", StringComparison.Ordinal)).ToList();
        Assert.Contains(_files["target"], lines[0], StringComparison.Ordinal);
        Assert.Contains("kcopyd resume ", lines[1], StringComparison.Ordinal);
    }

    /// <summary>A disk whose second half is gone: the file behind it was cut, and the kernel answers EIO.</summary>
    private LoopDevice HalfReadable()
    {
        var backing = _files.File("backing", Length);
        var loop = LoopDevice.Attach(backing);
        using var file = File.OpenHandle(backing, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(file, Length / 2);
        return loop;
    }
}
