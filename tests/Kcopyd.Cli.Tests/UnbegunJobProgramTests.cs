using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>Runs that end before they began: what was made for them goes again, and what the journal says of files that
/// are no more is taken for nothing.</summary>
public sealed class UnbegunJobProgramTests : IDisposable
{
    private readonly JobBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [SkippableTheory]
    [InlineData()]
    [InlineData("--restart")]
    public async Task A_new_file_with_the_inode_of_the_old_one_is_not_taken_for_it(params string[] options)
    {
        Require.LoopDevices();
        Shell.Run("truncate", "--size", "64M", _bench["disk"]);
        Shell.Run("mkfs.ext4", "-q", "-I", "128", _bench["disk"]);
        using var loop = LoopDevice.Attach(_bench["disk"]);
        using var mount = TemporaryMount.Of(loop.Path);
        var target = mount["target"];
        await _bench.KillMidwayAsync(_bench.Source, target, "--job", "job");
        File.Delete(target);

        using (_bench.LockJournal())
        {
            await KillWhenMadeAsync(target, options);
        }

        var result = await _bench.RunAsync("copy", _bench.Source, target, "--job", "job");

        Assert.True(result.ExitCode == 0, $"{result}");
        _bench.IsCopy(target);
    }

    [SkippableFact]
    public async Task A_target_that_is_created_anew_leaves_the_others_what_they_have()
    {
        Require.Linux();
        await _bench.KillMidwayAsync(_bench.Source, _bench["kept"], _bench["target"], "--job", "job");
        using (var file = File.OpenWrite(_bench["target"]))
        {
            file.SetLength(1000);
        }

        var result = await _bench.RunAsync("copy", _bench.Source, _bench["kept"], _bench["target"], "--job", "job");

        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("begins a target afresh: the target", result.Error, StringComparison.Ordinal);
        Assert.Contains("depending on the target", result.Error, StringComparison.Ordinal);
        _bench.IsCopy(_bench["kept"]);
        _bench.IsCopy(_bench["target"]);
    }

    [SkippableFact]
    public async Task A_copy_that_is_interrupted_before_it_began_leaves_nothing_behind()
    {
        Require.Linux();
        (await _bench.RunAsync("copy", _bench.Source, _bench["first"])).IsDone();
        using var locked = _bench.LockJournal();
        using var made = new FileWatch(_bench["target"]);
        using var running = KcopydProgram.Start("copy", _bench.Source, _bench["target"], "--journal", _bench.Journal);
        Assert.True(await made.UntilSeenAsync(running), "It ended before it touched the target.");

        running.Signal("INT");
        var result = await running.EndAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.DoesNotContain("kcopyd resume", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_bench["target"]), "A file was left behind.");
    }

    [SkippableFact]
    public async Task A_file_that_was_extended_for_a_copy_that_did_not_begin_has_its_length_back()
    {
        Require.Linux();
        (await _bench.RunAsync("copy", _bench.Source, _bench["first"])).IsDone();
        _bench.File("target", 1000, seed: 8);
        using var locked = _bench.LockJournal();
        using var made = new FileWatch(_bench["target"]);
        using var running = KcopydProgram.Start("copy", _bench.Source, _bench["target"], "--journal", _bench.Journal);
        Assert.True(await made.UntilSeenAsync(running), "It ended before it touched the target.");

        running.Signal("INT");

        Assert.Equal(130, (await running.EndAsync()).ExitCode);
        Assert.Equal(TempDirectory.Bytes(1000, 8), File.ReadAllBytes(_bench["target"]));
    }

    /// <summary>Copies while the journal takes nothing: killed as soon as a file is made; refused where none
    /// is.</summary>
    private async Task KillWhenMadeAsync(string target, string[] options)
    {
        using var made = new FileWatch(target);
        using var running = KcopydProgram.Start(
            ["copy", _bench.Source, target, "--job", "job", "--journal", _bench.Journal, .. options]);
        if (await made.UntilSeenAsync(running))
        {
            running.Signal("KILL");
        }

        await running.EndAsync();
    }
}
