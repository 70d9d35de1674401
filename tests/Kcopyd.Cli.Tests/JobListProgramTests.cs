using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>The list of jobs, forgetting them, and several processes with one journal.</summary>
public sealed class JobListProgramTests : IDisposable
{
    private readonly JobBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [SkippableFact]
    public async Task A_journal_that_is_not_there_has_no_jobs_and_is_not_made()
    {
        Require.Linux();
        var result = await KcopydProgram.RunInShellAsync($"XDG_STATE_HOME={_bench["none"]} {KcopydProgram.Path} jobs");

        result.IsDone();
        Assert.Equal("There are no jobs.\n", result.Output);
        Assert.False(Directory.Exists(_bench["none"]));
    }

    [SkippableFact]
    public async Task The_list_has_what_state_and_how_much_is_safe_and_is_not_folded_in_a_pipe()
    {
        Require.Linux();
        await _bench.KillMidwayAsync(_bench.Source, _bench["a"], _bench["b"], "--job", "job");

        var result = await _bench.RunAsync("jobs");

        result.IsDone();
        var lines = result.Output.Split('\n');
        var what = $"{_bench.Source} -> {_bench["a"]}";
        var first = Assert.Single(lines, line => line.Contains(what, StringComparison.Ordinal));
        Assert.Matches(@"^\s+job\s.*\sinterrupted\s.*[0-9]+ %, .* of 8 MiB\s", first);
        Assert.Single(lines, line => line.Contains($"-> {_bench["b"]}", StringComparison.Ordinal));
        Assert.Contains("killed", result.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_job_that_runs_says_so_and_is_neither_forgotten_nor_resumed_nor_copied_again()
    {
        Require.Linux();
        using var running = _bench.StartEndless(_bench.Source, _bench["target"], "--job", "job");
        await JobBench.UntilJournaledAsync(running);
        Assert.Equal("running", (await _bench.JobAsync()).GetProperty("state").GetString());

        var forgotten = await _bench.RunAsync("forget", "job");
        var resumed = await _bench.RunAsync("resume", "job");
        var copied = await _bench.RunAsync("copy", _bench.Source, _bench["target"], "--job", "job");

        forgotten.IsRefusal("job", "process");
        resumed.IsRefusal("job is being run by process");
        copied.IsRefusal("job is being run by process");
        var skipped = await _bench.RunAsync("resume");
        Assert.Equal(0, skipped.ExitCode);
        skipped.IsSentence("left to it");
        running.Signal("INT");
        Assert.Equal(130, (await running.EndAsync()).ExitCode);
    }

    [SkippableFact]
    public async Task A_job_is_forgotten_and_its_target_stays()
    {
        Require.Linux();
        await _bench.KillMidwayAsync(_bench.Source, _bench["target"], "--job", "job");

        var result = await _bench.RunAsync("forget", "job");

        result.IsDone();
        Assert.Empty(await _bench.JobsAsync());
        Assert.Equal(JobBench.Length, new FileInfo(_bench["target"]).Length);
    }

    [Theory]
    [InlineData("forget")]
    [InlineData("resume")]
    public async Task A_name_that_no_job_has_is_refused_with_those_that_there_are(string command)
    {
        (await _bench.RunAsync("copy", _bench.Source, _bench["target"], "--job", "nightly")).IsDone();

        var result = await _bench.RunAsync(command, "nightyl");

        result.IsRefusal("there is no job nightyl", "nightly");
    }

    [Fact]
    public async Task A_job_that_is_over_is_not_resumed()
    {
        (await _bench.RunAsync("copy", _bench.Source, _bench["target"], "--job", "job")).IsDone();

        var result = await _bench.RunAsync("resume", "job");

        Assert.Equal(0, result.ExitCode);
        result.IsSentence("job is over");
    }

    [SkippableFact]
    public async Task Two_copies_by_two_processes_do_not_disturb_each_other()
    {
        Require.Linux();
        var other = _bench.File("other", 3_000_001, seed: 5);
        using var one = _bench.StartSlowly(_bench.Source, _bench["a"]);
        using var two = _bench.StartSlowly(other, _bench["b"]);

        Assert.Equal(0, (await one.EndAsync()).ExitCode);
        Assert.Equal(0, (await two.EndAsync()).ExitCode);

        _bench.IsCopy(_bench["a"]);
        Assert.Equal(File.ReadAllBytes(other), File.ReadAllBytes(_bench["b"]));
        Assert.All(await _bench.JobsAsync(), job => Assert.Equal("completed", job.GetProperty("state").GetString()));
    }

    [SkippableFact]
    public async Task Of_two_processes_that_resume_one_job_at_once_exactly_one_runs_it()
    {
        Require.Linux();
        await _bench.KillMidwayAsync(_bench.Source, _bench["target"], "--job", "job");
        string[] command = ["resume", "job", "--json", "--rate", "4M", "--journal", _bench.Journal];
        using var one = KcopydProgram.Start(command);
        using var two = KcopydProgram.Start(command);

        ProgramResult[] results = [await one.EndAsync(), await two.EndAsync()];

        var winner = Assert.Single(results, result => result.Output.Length > 0);
        using var json = JsonDocument.Parse(winner.Output);
        Assert.Equal("completed", json.RootElement.GetProperty("state").GetString());
        Assert.Equal(2, Assert.Single(results, result => result != winner).ExitCode);
        _bench.IsCopy(_bench["target"]);
    }

    [SkippableFact]
    public async Task A_journal_in_PostgreSQL_lets_exactly_one_process_resume_a_job()
    {
        Require.Postgres();
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        string[] words = ["copy", _bench.Source, _bench["target"], "--job", "job", "--journal", database];
        using (var killed = KcopydProgram.Start(
            [.. words, "--rate", "4M", "--segment", "64K", "--progress", "json", "--checkpoint-interval", "100ms"]))
        {
            await JobBench.UntilJournaledAsync(killed);
            killed.Signal("KILL");
            await killed.EndAsync();
        }

        string[] command = ["resume", "job", "--json", "--rate", "4M", "--journal", database];
        using var one = KcopydProgram.Start(command);
        using var two = KcopydProgram.Start(command);
        ProgramResult[] results = [await one.EndAsync(), await two.EndAsync()];

        var winner = Assert.Single(results, result => result.Output.Length > 0);
        using var json = JsonDocument.Parse(winner.Output);
        Assert.Equal("completed", json.RootElement.GetProperty("state").GetString());
        var kept = json.RootElement.GetProperty("targets")[0].GetProperty("bytesKept").GetInt64();
        Assert.InRange(kept, JobBench.Journaled, JobBench.Length);
        _bench.IsCopy(_bench["target"]);
        Assert.False(File.Exists(_bench.Journal));
    }

    [SkippableFact]
    public async Task The_demonstration_finishes_and_leaves_nothing()
    {
        Require.Linux();
        var temporary = Directory.CreateDirectory(_bench["temporary"]).FullName;

        var result = await KcopydProgram.RunInShellAsync($"TMPDIR={temporary} {KcopydProgram.Path} demo");

        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("killed (SIGKILL)", result.Output, StringComparison.Ordinal);
        Assert.Contains("every byte is the same", result.Output, StringComparison.Ordinal);
        Assert.Contains("interrupted", result.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(temporary));
    }
}
