using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>A copy that was stopped goes on where it was.</summary>
public sealed class JobCycleProgramTests : IDisposable
{
    private readonly JobBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [SkippableFact]
    public async Task A_killed_copy_is_listed_and_resumed_and_does_not_copy_again_what_is_safe()
    {
        Require.Linux();
        var journaled = await _bench.KillMidwayAsync(_bench.Source, _bench["a"], _bench["b"], "--job", "nightly");

        var job = await _bench.JobAsync();
        Assert.Equal("nightly", job.GetProperty("job").GetString());
        Assert.Equal("interrupted", job.GetProperty("state").GetString());
        var safe = job.GetProperty("targets").EnumerateArray()
            .Select(target => target.GetProperty("bytesSafe").GetInt64()).ToList();
        Assert.All(safe, bytes => Assert.InRange(bytes, journaled, JobBench.Length));

        var result = await _bench.RunAsync("resume", "nightly", "--json");

        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("completed", json.RootElement.GetProperty("state").GetString());
        foreach (var (target, kept) in json.RootElement.GetProperty("targets").EnumerateArray().Zip(safe))
        {
            Assert.Equal(kept, target.GetProperty("bytesKept").GetInt64());
            Assert.Equal(JobBench.Length - kept, target.GetProperty("bytesWritten").GetInt64());
        }

        _bench.IsCopy(_bench["a"]);
        _bench.IsCopy(_bench["b"]);
        Assert.Equal("completed", (await _bench.JobAsync()).GetProperty("state").GetString());
    }

    [SkippableTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task An_interrupted_copy_says_the_command_that_resumes_it(string signal, int exitCode)
    {
        Require.Linux();
        using var running = _bench.StartSlowly(_bench.Source, _bench["target"]);
        await JobBench.UntilJournaledAsync(running);
        running.Signal(signal);
        var result = await running.EndAsync();

        Assert.Equal(exitCode, result.ExitCode);
        var job = await _bench.JobAsync();
        var name = job.GetProperty("job").GetString()!;
        var command = $"kcopyd resume {name} --journal {_bench.Journal}";
        Assert.EndsWith(command, result.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Equal("interrupted", job.GetProperty("state").GetString());

        var resumed = await _bench.RunAsync("resume", name);

        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains($"resumes {name}: ", resumed.Error, StringComparison.Ordinal);
        Assert.Contains(" of 8 MiB are already safe", resumed.Error, StringComparison.Ordinal);
        Assert.Contains("of it had been safe before", resumed.Output, StringComparison.Ordinal);
        _bench.IsCopy(_bench["target"]);
    }

    [SkippableFact]
    public async Task An_interrupted_copy_keeps_all_that_was_written()
    {
        Require.Linux();
        using var running = _bench.StartSlowly(_bench.Source, _bench["target"], "--json");
        await JobBench.UntilJournaledAsync(running);
        running.Signal("INT");
        var result = await running.EndAsync();

        using var json = JsonDocument.Parse(result.Output);
        var written = json.RootElement.GetProperty("targets")[0].GetProperty("bytesWritten").GetInt64();
        var safe = (await _bench.JobAsync()).GetProperty("targets")[0].GetProperty("bytesSafe").GetInt64();
        Assert.Equal(written, safe);
    }

    [SkippableFact]
    public async Task The_same_command_again_goes_on_and_says_so()
    {
        Require.Linux();
        var journaled = await _bench.KillMidwayAsync(_bench.Source, _bench["target"]);

        var result = await _bench.RunAsync("copy", _bench.Source, _bench["target"], "--digest");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("are already safe", result.Error, StringComparison.Ordinal);
        Assert.Contains("no sha256: an earlier run read a part of the source", result.Output, StringComparison.Ordinal);
        _bench.IsCopy(_bench["target"]);
        var job = await _bench.JobAsync();
        Assert.True(journaled > 0);
        Assert.Equal("completed", job.GetProperty("state").GetString());
    }

    [SkippableFact]
    public async Task A_job_that_is_over_begins_anew_with_the_same_command()
    {
        Require.Linux();
        (await _bench.RunAsync("copy", _bench.Source, _bench["target"])).IsDone();
        File.Delete(_bench["target"]);

        var result = await _bench.RunAsync("copy", _bench.Source, _bench["target"]);

        result.IsDone();
        _bench.IsCopy(_bench["target"]);
        Assert.Equal("completed", (await _bench.JobAsync()).GetProperty("state").GetString());
    }

    [SkippableFact]
    public async Task Resume_without_a_name_lets_all_go_on_that_are_not_over()
    {
        Require.Linux();
        await _bench.KillMidwayAsync(_bench.Source, _bench["a"], "--job", "one");
        await _bench.KillMidwayAsync(_bench.Source, _bench["b"], "--job", "two", "--direct");
        (await _bench.RunAsync("copy", _bench.Source, _bench["c"], "--job", "three")).IsDone();

        var result = await _bench.RunAsync("resume");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("resumes one: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("resumes two: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("three", result.Error, StringComparison.Ordinal);
        _bench.IsCopy(_bench["a"]);
        _bench.IsCopy(_bench["b"]);
    }

    [SkippableFact]
    public async Task Restart_copies_everything_again()
    {
        Require.Linux();
        await _bench.KillMidwayAsync(_bench.Source, _bench["target"], "--job", "job");

        var result = await _bench.RunAsync("resume", "job", "--restart", "--json");

        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        var target = json.RootElement.GetProperty("targets")[0];
        Assert.Equal(0, target.GetProperty("bytesKept").GetInt64());
        Assert.Equal(JobBench.Length, target.GetProperty("bytesWritten").GetInt64());
        _bench.IsCopy(_bench["target"]);
    }

    [SkippableFact]
    public async Task Without_a_journal_nothing_is_kept_and_no_file_is_made()
    {
        Require.Linux();
        using var running = KcopydProgram.Start(
            "copy", _bench.Source, _bench["target"], "--no-journal", "--rate", "4M", "--progress", "json");
        await running.NextErrorLineAsync();
        running.Signal("INT");
        var result = await running.EndAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.DoesNotContain("kcopyd resume", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_bench.Journal));
    }

    [SkippableFact]
    public async Task The_journal_is_its_owners_alone()
    {
        Require.Linux();
        (await _bench.RunAsync("copy", _bench.Source, _bench["target"])).IsDone();

        Assert.Equal("700", Shell.Run("stat", "--format=%a", Path.GetDirectoryName(_bench.Journal)!).Trim());
        Assert.Equal("600", Shell.Run("stat", "--format=%a", _bench.Journal).Trim());
    }
}
