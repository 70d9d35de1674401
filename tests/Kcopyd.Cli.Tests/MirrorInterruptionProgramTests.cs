using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>A synchronisation that is interrupted or killed goes on from the log.</summary>
public sealed class MirrorInterruptionProgramTests : IDisposable
{
    private const int Length = 32 << 20;
    private const int Regions = Length / (64 << 10);

    private readonly MirrorBench _bench = new();
    private readonly string _table;

    public MirrorInterruptionProgramTests() =>
        _table = _bench.Table(Length / 512, 128, _bench.Files.File("a", Length), _bench.Files["b"]);

    public void Dispose() => _bench.Dispose();

    [SkippableTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_leaves_a_log_that_says_what_is_in_sync(string signal, int exitCode)
    {
        Require.Linux();
        await MirrorBench.CreateAsync(_table, "--size", "32M");
        using var running = MirrorBench.Start("sync", _table, "--rate", "4M", "--progress", "json", "--json");
        await MirrorBench.UntilDoneAsync(running, Regions / 16);

        running.Signal(signal);
        var result = await running.EndAsync();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("goes on from the log", result.ErrorLines[^1], StringComparison.Ordinal);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("cancelled", json.RootElement.GetProperty("state").GetString());
        var inSync = json.RootElement.GetProperty("inSync").GetInt64();
        Assert.InRange(inSync, Regions / 16, Regions - 1);
        Assert.Equal(inSync, _bench.CleanRegions());
        await GoesOnAsync(inSync);
    }

    [SkippableFact]
    public async Task After_a_kill_only_the_rest_is_copied()
    {
        Require.Linux();
        await MirrorBench.CreateAsync(_table, "--size", "32M");
        using (var running = MirrorBench.Start("sync", _table, "--rate", "4M", "--progress", "json"))
        {
            while (_bench.CleanRegions() == 0)
            {
                await running.NextErrorLineAsync();
            }

            running.Kill();
            await running.EndAsync();
        }

        var clean = _bench.CleanRegions();
        Assert.InRange(clean, 1, Regions - 1);
        await GoesOnAsync(clean);
    }

    [SkippableFact]
    public async Task An_interrupted_comparison_says_how_far_it_was()
    {
        Require.Linux();
        await MirrorBench.CreateAsync(_table, "--size", "32M");
        (await MirrorBench.RunAsync("sync", _table)).IsDone();
        using var running = MirrorBench.Start("check", _table, "--rate", "1M", "--progress", "json");
        await running.NextErrorLineAsync();

        running.Signal("INT");
        var result = await running.EndAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Contains("interrupted", result.Output, StringComparison.Ordinal);
    }

    private async Task GoesOnAsync(long clean)
    {
        var result = await MirrorBench.RunAsync("sync", _table, "--json");

        result.IsDone();
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(clean, json.RootElement.GetProperty("regionsKept").GetInt64());
        Assert.Equal(Regions - clean, json.RootElement.GetProperty("regionsRecovered").GetInt64());
        Assert.Equal(File.ReadAllBytes(_bench.Files["a"]), File.ReadAllBytes(_bench.Files["b"]));
        Assert.Equal(Regions, _bench.CleanRegions());
    }
}
