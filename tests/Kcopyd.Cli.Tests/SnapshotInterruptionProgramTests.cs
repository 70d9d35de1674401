using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>A merge that is interrupted or killed goes on from the store.</summary>
public sealed class SnapshotInterruptionProgramTests : IDisposable
{
    private const int Chunk = 32;
    private const int Exceptions = 512;
    private const int Sectors = 2 * Exceptions * Chunk;

    private readonly SnapshotBench _bench = new(Sectors, Chunk);

    public void Dispose() => _bench.Dispose();

    [SkippableTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task S18_a_signal_ends_a_merge_after_the_run_that_is_under_way(string signal, int exitCode)
    {
        Require.Linux();
        await MakeAsync();
        using var running = StartSlowly("--json");
        await UntilMergedAsync(running, Exceptions / 16);

        running.Signal(signal);
        var result = await running.EndAsync();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("the same command goes on", result.ErrorLines[^1], StringComparison.Ordinal);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("cancelled", json.RootElement.GetProperty("state").GetString());
        var merged = json.RootElement.GetProperty("exceptionsMerged").GetInt32();
        Assert.InRange(merged, Exceptions / 16, Exceptions - 1);
        Assert.Equal(Exceptions - merged, _bench.Entries());
        await GoesOnAsync();
    }

    [SkippableFact]
    public async Task S18_after_a_kill_the_rest_is_merged()
    {
        Require.Linux();
        await MakeAsync();
        using (var running = StartSlowly())
        {
            await UntilMergedAsync(running, 2);
            running.Kill();
            await running.EndAsync();
        }

        Assert.InRange(_bench.Entries(), 1, Exceptions - 2);
        await GoesOnAsync();
    }

    [SkippableTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_reading_into_a_pipe_that_nobody_reads(string signal, int exitCode)
    {
        Require.Linux();
        await MakeAsync();
        Shell.Run("mkfifo", _bench.Files["pipe"]);
        using var held = new FileStream(_bench.Files["pipe"], FileMode.Open, FileAccess.ReadWrite);
        using var running = KcopydProgram.StartInShell(
            $"exec {KcopydProgram.Path} snapshot read --table '{_bench.Table}' > {_bench.Files["pipe"]}");

        // Some of it is in the pipe: the program writes, and will not get further than the pipe is long.
        await held.ReadExactlyAsync(new byte[1]);
        running.Signal(signal);
        var result = await running.EndAsync();

        Assert.Equal((exitCode, string.Empty), (result.ExitCode, result.Error));
    }

    private static async Task UntilMergedAsync(RunningProgram running, int exceptions)
    {
        int merged;
        do
        {
            using var line = JsonDocument.Parse(await running.NextErrorLineAsync());
            merged = line.RootElement.GetProperty("exceptionsMerged").GetInt32();
        }
        while (merged < exceptions);
    }

    private RunningProgram StartSlowly(params string[] words) => KcopydProgram.Start(
        ["snapshot", "merge", "--table", _bench.Table, "--rate", "1M", "--progress", "json", .. words]);

    private async Task MakeAsync()
    {
        await _bench.CreateAsync(Sectors);
        _bench.Overwrite(Enumerable.Range(0, Exceptions).Select(i => 2 * i));
    }

    /// <summary>Half merged, the snapshot shows what it did; merged, the origin does.</summary>
    private async Task GoesOnAsync()
    {
        Assert.Equal(_bench.Before, await _bench.ReadAsync(_bench.Table));
        var left = _bench.Entries();

        var result = await SnapshotBench.RunAsync("merge", _bench.Table, "--json", "--progress", "none");

        result.IsDone();
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(left, json.RootElement.GetProperty("exceptionsMerged").GetInt32());
        Assert.Equal(_bench.Before, File.ReadAllBytes(_bench.Origin));
        Assert.Equal(0, _bench.Entries());
    }
}
