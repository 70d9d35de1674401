using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>Copies of what a snapshot shows.</summary>
public sealed class SnapshotExportProgramTests : IDisposable
{
    private const int Sectors = JobBench.Length / 512;
    private const int Chunk = 32;

    private readonly SnapshotBench _bench = new(Sectors, Chunk);
    private readonly JobBench _jobs = new();

    public void Dispose()
    {
        _bench.Dispose();
        _jobs.Dispose();
    }

    [Fact]
    public async Task Every_target_gets_the_origin_as_it_was()
    {
        await MakeAsync();
        var before = _bench.Everything();

        var result = await SnapshotBench.RunAsync(
            "export", _bench.Table, _jobs["a"], _jobs["b"], "--journal", _jobs.Journal, "--verify", "--digest");

        result.IsDone();
        Assert.Equal(_bench.Before, File.ReadAllBytes(_jobs["a"]));
        Assert.Equal(_bench.Before, File.ReadAllBytes(_jobs["b"]));
        Assert.Equal(before, _bench.Everything());
        var job = await _jobs.JobAsync();
        Assert.Equal("completed", job.GetProperty("state").GetString());
        Assert.StartsWith("cow-", job.GetProperty("job").GetString(), StringComparison.Ordinal);
        (await KcopydProgram.RunAsync("verify", $"snapshot:{_bench.Table}", _jobs["a"])).IsDone();
    }

    [SkippableTheory]
    [InlineData("KILL")]
    [InlineData("INT")]
    public async Task A_copy_that_was_stopped_goes_on(string signal)
    {
        Require.Linux();
        await MakeAsync();
        await StopMidwayAsync(signal);
        var job = (await _jobs.JobAsync()).GetProperty("job").GetString()!;

        var resumed = await _jobs.RunAsync("resume", job);

        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains("of it had been safe before", resumed.Output, StringComparison.Ordinal);
        Assert.Equal(_bench.Before, File.ReadAllBytes(_jobs["target"]));
    }

    [SkippableFact]
    public async Task The_same_command_goes_on_as_well()
    {
        Require.Linux();
        await MakeAsync();
        await StopMidwayAsync("KILL");

        var again = await SnapshotBench.RunAsync(
            "export", _bench.Table, _jobs["target"], "--journal", _jobs.Journal);

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("of it had been safe before", again.Output, StringComparison.Ordinal);
        Assert.Equal(_bench.Before, File.ReadAllBytes(_jobs["target"]));
        Assert.Equal("completed", (await _jobs.JobAsync()).GetProperty("state").GetString());
    }

    [SkippableTheory]
    [InlineData("origin")]
    [InlineData("cow")]
    public async Task A_copy_does_not_go_on_when_its_snapshot_was_changed(string changed)
    {
        Require.Linux();
        await MakeAsync();
        await StopMidwayAsync("KILL");
        File.SetLastWriteTimeUtc(_bench.Files[changed], new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var before = File.ReadAllBytes(_jobs["target"]);
        var job = (await _jobs.JobAsync()).GetProperty("job").GetString()!;

        var resumed = await _jobs.RunAsync("resume", job);

        Assert.Equal(2, resumed.ExitCode);
        Assert.Contains("was changed since", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_jobs["target"]));
        var afresh = await _jobs.RunAsync("resume", job, "--restart", "--progress", "none");
        Assert.Equal(0, afresh.ExitCode);
        Assert.Equal(_bench.Before, File.ReadAllBytes(_jobs["target"]));
    }

    [Fact]
    public async Task Origin_and_store_are_no_targets()
    {
        await MakeAsync();
        var before = _bench.Everything();
        foreach (var target in new[] { _bench.Origin, _bench.Cow })
        {
            var result = await SnapshotBench.RunAsync("export", _bench.Table, target, "--no-journal");

            result.IsRefusal(target, "is where the source");
        }

        Assert.Equal(before, _bench.Everything());
    }

    [Fact]
    public async Task Names_that_are_relative_mean_the_same_for_a_resume_elsewhere()
    {
        await MakeAsync();
        var directory = _bench.Files.Path;
        var table = $"0 {Sectors} snapshot origin cow P 0";

        var result = await KcopydProgram.RunInShellAsync(
            $"cd {directory} && {KcopydProgram.Path} snapshot export --table '{table}' {_jobs["a"]} "
            + $"--journal {_jobs.Journal}");

        result.IsDone();
        var source = (await _jobs.JobAsync()).GetProperty("source").GetProperty("uri").GetString();
        Assert.Equal($"snapshot:{_bench.Table}", source);
    }

    private async Task MakeAsync()
    {
        await _bench.CreateAsync(Sectors);
        _bench.Overwrite(Enumerable.Range(0, 100).Select(i => 3 * i));
    }

    private async Task StopMidwayAsync(string signal)
    {
        using var running = KcopydProgram.Start(
            "snapshot", "export", "--table", _bench.Table, _jobs["target"], "--journal", _jobs.Journal,
            "--rate", "4M", "--segment", "64K", "--progress", "json", "--checkpoint-interval", "100ms");
        await JobBench.UntilJournaledAsync(running);
        running.Signal(signal);
        await running.EndAsync();
    }
}
