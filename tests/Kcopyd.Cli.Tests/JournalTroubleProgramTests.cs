using System.Text.Json;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>A journal that cannot be used: one clear sentence, and no target is touched.</summary>
public sealed class JournalTroubleProgramTests : IDisposable
{
    private readonly JobBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_journal_that_is_no_database_is_refused_and_left_as_it_is()
    {
        var garbage = _bench.File("garbage", 5000, seed: 2);

        var result = await CopyAsync(garbage);

        IsRefused(result, garbage, "damaged and is left as it is", "--no-journal");
        Assert.Equal(TempDirectory.Bytes(5000, 2), File.ReadAllBytes(garbage));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_refused()
    {
        var journal = Path.Combine(_bench.Source, "journal.db");

        IsRefused(await CopyAsync(journal), journal, "--no-journal");
    }

    [Fact]
    public async Task A_journal_that_is_a_directory_is_refused()
    {
        var journal = Directory.CreateDirectory(_bench["directory"]).FullName;

        IsRefused(await CopyAsync(journal), journal, "is a directory", "--no-journal");
    }

    [SkippableFact]
    public async Task A_journal_that_is_read_only_is_refused()
    {
        Require.Mounts();
        (await _bench.RunAsync("copy", _bench.Source, _bench["first"])).IsDone();
        Shell.Run("chmod", "0444", _bench.Journal);

        var result = await KcopydProgram.RunUnprivilegedAsync(
            "copy", _bench.Source, _bench["target"], "--journal", _bench.Journal);

        IsRefused(result, "journal", "--no-journal");
    }

    [SkippableFact]
    public async Task A_journal_on_a_full_disk_is_refused()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(64 << 10);

        IsRefused(await CopyAsync(mount["journal.db"]), "full", "--no-journal");
    }

    [SkippableFact]
    public async Task A_journal_that_another_process_has_locked_is_refused()
    {
        Require.Linux();
        (await _bench.RunAsync("copy", _bench.Source, _bench["first"])).IsDone();
        using var locked = _bench.LockJournal();

        IsRefused(await CopyAsync(_bench.Journal), "locked", "--no-journal");
    }

    [SkippableFact]
    public async Task A_journal_that_is_locked_while_a_copy_runs_lets_it_wait()
    {
        Require.Linux();
        using var running = _bench.StartSlowly(_bench.Source, _bench["target"]);
        await JobBench.UntilJournaledAsync(running);
        using (_bench.LockJournal())
        {
            while (!HasHold(await running.NextErrorLineAsync()))
            {
                // The copy notices when its next checkpoint is not answered.
            }
        }

        Assert.Equal(0, (await running.EndAsync()).ExitCode);
        _bench.IsCopy(_bench["target"]);
    }

    [SkippableFact]
    public async Task An_extended_target_gets_its_length_back_when_the_journal_refuses()
    {
        Require.Linux();
        (await _bench.RunAsync("copy", _bench.Source, _bench["first"])).IsDone();
        var target = _bench.File("target", 1000, seed: 8);
        using var locked = _bench.LockJournal();

        var result = await CopyAsync(_bench.Journal);

        result.IsRefusal("locked");
        Assert.Equal(TempDirectory.Bytes(1000, 8), File.ReadAllBytes(target));
    }

    [Theory]
    [InlineData("--job", "a b")]
    [InlineData("--checkpoint-interval", "1x")]
    [InlineData("--checkpoint-interval", "2h")]
    [InlineData("--restart", "--trust")]
    [InlineData("--no-journal", "--restart")]
    [InlineData("--journal", "")]
    public async Task Options_that_make_no_sense_are_refused(params string[] options)
    {
        var result = await KcopydProgram.RunAsync(["copy", _bench.Source, _bench["target"], .. options]);

        IsRefused(result);
    }

    [Fact]
    public async Task Restart_is_for_jobs_that_are_named() =>
        (await _bench.RunAsync("resume", "--restart")).IsRefusal("--restart", "named");

    private static bool HasHold(string line)
    {
        using var progress = JsonDocument.Parse(line);
        return progress.RootElement.TryGetProperty("holdReason", out _);
    }

    private Task<ProgramResult> CopyAsync(string journal) =>
        KcopydProgram.RunAsync("copy", _bench.Source, _bench["target"], "--journal", journal, "--progress", "none");

    private void IsRefused(ProgramResult result, params string[] words)
    {
        result.IsRefusal(words);
        Assert.False(File.Exists(_bench["target"]), "A target was touched.");
    }
}
