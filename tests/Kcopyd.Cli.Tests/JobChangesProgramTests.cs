using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>Devices that are not what the journal recorded: a resume is blocked and writes nothing, a copy begins
/// afresh and says why, and no byte is wrong.</summary>
public sealed class JobChangesProgramTests : IDisposable
{
    private readonly JobBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [SkippableFact]
    public async Task A_source_that_was_changed_blocks_a_resume_and_a_copy_begins_afresh()
    {
        Require.Linux();
        await KillAsync();
        File.WriteAllBytes(_bench.Source, TempDirectory.Bytes(JobBench.Length, 7));
        var before = File.ReadAllBytes(_bench["target"]);

        await IsBlockedAsync("the source", "it was changed since");
        Assert.Equal(before, File.ReadAllBytes(_bench["target"]));

        await BeginsAfreshAsync("begins afresh: the source", "it was changed since");
    }

    [SkippableFact]
    public async Task A_source_that_grew_begins_afresh()
    {
        Require.Linux();
        using (var running = _bench.StartSlowly(_bench.Source, _bench["target"]))
        {
            await JobBench.UntilJournaledAsync(running);
            running.Signal("KILL");
            await running.EndAsync();
        }

        File.AppendAllText(_bench.Source, "more");

        await BeginsAfreshAsync("begins afresh: the source", "sectors to copy", named: false);
        Assert.Equal("completed", (await _bench.JobAsync()).GetProperty("state").GetString());
    }

    [SkippableFact]
    public async Task A_target_that_was_deleted_blocks_a_resume_and_is_begun_afresh_by_a_copy()
    {
        Require.Linux();
        await KillAsync();
        File.Delete(_bench["target"]);

        await IsBlockedAsync("the target", "is not there");
        Assert.False(File.Exists(_bench["target"]), "A resume creates nothing.");

        await BeginsAfreshAsync("begins a target afresh: the target");
    }

    [SkippableFact]
    public async Task A_target_that_was_deleted_is_begun_afresh_alone()
    {
        Require.Linux();
        await _bench.KillMidwayAsync(_bench.Source, _bench["kept"], _bench["target"], "--job", "job");
        File.Delete(_bench["target"]);

        var result = await _bench.RunAsync("copy", _bench.Source, _bench["kept"], _bench["target"], "--job", "job");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("depending on the target", result.Error, StringComparison.Ordinal);
        _bench.IsCopy(_bench["kept"]);
        _bench.IsCopy(_bench["target"]);
    }

    [SkippableFact]
    public async Task A_target_that_is_another_file_of_the_same_name_is_not_taken_for_the_old_one()
    {
        Require.Linux();
        await KillAsync();
        var other = _bench.File("other", JobBench.Length, seed: 9);
        File.Move(other, _bench["target"], overwrite: true);

        await IsBlockedAsync("the target", "is not the same");
        Assert.Equal(TempDirectory.Bytes(JobBench.Length, 9), File.ReadAllBytes(_bench["target"]));

        await BeginsAfreshAsync("begins a target afresh: the target", "is not the same");
    }

    [SkippableFact]
    public async Task A_target_that_was_cut_is_not_taken_for_whole()
    {
        Require.Linux();
        await KillAsync();
        using (var file = File.OpenWrite(_bench["target"]))
        {
            file.SetLength(1000);
        }

        await IsBlockedAsync("the target", "it is 1000 bytes long");
        Assert.Equal(1000, new FileInfo(_bench["target"]).Length);
        var trusting = await _bench.RunAsync("copy", _bench.Source, _bench["target"], "--job", "job", "--trust");
        trusting.IsRefusal("too short for what was copied to it", "--restart");
        Assert.Equal(1000, new FileInfo(_bench["target"]).Length);

        await BeginsAfreshAsync("begins a target afresh: the target", "too short for what was copied to it");
    }

    [SkippableFact]
    public async Task Another_file_under_the_same_loop_device_is_another_device()
    {
        Require.LoopDevices();
        using var loop = LoopDevice.AttachApart(_bench.File("disk", JobBench.Length, seed: 3));
        await _bench.KillMidwayAsync(_bench.Source, loop.Path, "--job", "job");
        loop.Reattach(_bench.File("other", JobBench.Length, seed: 4));

        await IsBlockedAsync(loop.Path, "backing");
        Assert.Equal(TempDirectory.Bytes(JobBench.Length, 4), File.ReadAllBytes(_bench["other"]));

        var result = await _bench.RunAsync("copy", _bench.Source, loop.Path, "--job", "job");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("backing", result.Error, StringComparison.Ordinal);
        _bench.IsCopy(_bench["other"]);
    }

    [SkippableFact]
    public async Task A_device_that_is_gone_blocks_the_job_until_it_is_back()
    {
        Require.LoopDevices();
        using var loop = LoopDevice.AttachApart(_bench.File("disk", JobBench.Length, seed: 3));
        await _bench.KillMidwayAsync(_bench.Source, loop.Path, "--job", "job");
        Shell.Run("losetup", "--detach", loop.Path);

        var blocked = await _bench.RunAsync("resume", "job");
        Assert.Equal(2, blocked.ExitCode);
        Assert.Equal("blocked", (await _bench.JobAsync()).GetProperty("state").GetString());

        Shell.Run("losetup", loop.Path, _bench["disk"]);
        var result = await _bench.RunAsync("resume", "job");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("are already safe", result.Error, StringComparison.Ordinal);
        _bench.IsCopy(_bench["disk"]);
    }

    [SkippableFact]
    public async Task Trust_goes_on_although_the_source_was_touched()
    {
        Require.Linux();
        await KillAsync();
        File.SetLastWriteTimeUtc(_bench.Source, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await IsBlockedAsync("it was changed since");

        var result = await _bench.RunAsync("resume", "job", "--trust");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("are already safe", result.Error, StringComparison.Ordinal);
        _bench.IsCopy(_bench["target"]);
    }

    [SkippableFact]
    public async Task Restart_creates_a_target_that_is_gone()
    {
        Require.Linux();
        await KillAsync();
        File.Delete(_bench["target"]);

        var result = await _bench.RunAsync("resume", "job", "--restart");

        Assert.Equal(0, result.ExitCode);
        _bench.IsCopy(_bench["target"]);
    }

    [SkippableFact]
    public async Task A_name_that_another_job_has_is_refused_until_that_is_over()
    {
        Require.Linux();
        await KillAsync();

        var result = await _bench.RunAsync("copy", _bench.Source, _bench["other"], "--job", "job");

        result.IsRefusal("the job job is another one and not over", _bench["target"], "kcopyd forget job");
        Assert.False(File.Exists(_bench["other"]));
    }

    private Task<long> KillAsync() => _bench.KillMidwayAsync(_bench.Source, _bench["target"], "--job", "job");

    private async Task IsBlockedAsync(params string[] words)
    {
        var result = await _bench.RunAsync("resume", "job");
        result.IsRefusal(words);
        var job = await _bench.JobAsync();
        Assert.Equal("blocked", job.GetProperty("state").GetString());
        var reason = job.GetProperty("reason").GetString()!;
        Assert.All(words, word => Assert.Contains(word, reason, StringComparison.Ordinal));
    }

    private async Task BeginsAfreshAsync(string what, string why = "", bool named = true)
    {
        string[] name = named ? ["--job", "job"] : [];
        var result = await _bench.RunAsync(["copy", _bench.Source, _bench["target"], .. name]);

        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
        _bench.IsCopy(_bench["target"]);
    }
}
