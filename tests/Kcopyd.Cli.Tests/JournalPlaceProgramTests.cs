using Kcopyd.Tests.Shared;

namespace Kcopyd.Cli.Tests;

/// <summary>Where a journal may be, and what is said where it is not to be found.</summary>
public sealed class JournalPlaceProgramTests : IDisposable
{
    private readonly JobBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [SkippableTheory]
    [InlineData("state/journal.db")]
    [InlineData("state/journal.db-wal")]
    [InlineData("state/journal.db-shm")]
    [InlineData("state/locks/job.lock")]
    [InlineData("link/journal.db")]
    [InlineData("file")]
    public async Task A_target_that_is_the_journal_is_refused(string name)
    {
        Require.Linux();
        (await _bench.RunAsync("copy", _bench.Source, _bench["first"])).IsDone();
        Directory.CreateSymbolicLink(_bench["link"], "state");
        File.CreateSymbolicLink(_bench["file"], _bench.Journal);
        var before = File.ReadAllBytes(_bench.Journal);

        (await _bench.RunAsync("copy", _bench.Source, _bench[name])).IsRefusal(_bench[name]);

        Assert.Equal(before, File.ReadAllBytes(_bench.Journal));
    }

    [SkippableFact]
    public async Task A_target_that_would_be_the_journal_is_not_made()
    {
        Require.Linux();

        (await _bench.RunAsync("copy", _bench.Source, _bench.Journal)).IsRefusal("is the journal");

        Assert.False(File.Exists(_bench.Journal));
    }

    [SkippableFact]
    public async Task A_loop_device_over_the_journal_is_the_journal()
    {
        Require.LoopDevices();
        (await _bench.RunAsync("copy", _bench.Source, _bench["first"])).IsDone();
        using var loop = LoopDevice.Attach(_bench.Journal);

        var result = await _bench.RunAsync("copy", _bench.File("small", 4096, seed: 2), loop.Path);

        result.IsRefusal(loop.Path, "is the journal");
    }

    [SkippableFact]
    public async Task The_file_below_the_file_system_of_the_journal_is_no_target()
    {
        Require.LoopDevices();
        Shell.Run("truncate", "--size", "64M", _bench["disk"]);
        Shell.Run("mkfs.ext4", "-q", _bench["disk"]);
        using var loop = LoopDevice.Attach(_bench["disk"]);
        using var mount = TemporaryMount.Of(loop.Path);

        var result = await KcopydProgram.RunAsync(
            "copy", _bench.Source, _bench["disk"], "--journal", mount["journal.db"]);

        result.IsRefusal(_bench["disk"], mount["journal.db"], "another place");
    }

    [SkippableTheory]
    [InlineData("jobs")]
    [InlineData("resume")]
    [InlineData("forget", "job")]
    public async Task A_journal_that_is_named_and_not_there_is_refused(params string[] words)
    {
        Require.Linux();

        (await _bench.RunAsync(words)).IsRefusal("there is no journal", _bench.Journal);

        Assert.False(File.Exists(_bench.Journal));
    }

    [SkippableTheory]
    [InlineData("jobs")]
    [InlineData("resume")]
    [InlineData("forget", "job")]
    public async Task A_journal_in_a_directory_that_is_closed_is_not_an_empty_one(params string[] words)
    {
        Require.Mounts();
        await _bench.KillMidwayAsync(_bench.Source, _bench["target"], "--job", "job");
        var directory = Path.GetDirectoryName(_bench.Journal)!;
        Shell.Run("chmod", "0000", directory);

        var result = await KcopydProgram.RunUnprivilegedAsync([.. words, "--journal", _bench.Journal]);

        Shell.Run("chmod", "0700", directory);
        result.IsRefusal(_bench.Journal, "denied");
    }

    [SkippableFact]
    public async Task A_journal_that_may_not_be_read_says_so()
    {
        Require.Mounts();
        (await _bench.RunAsync("copy", _bench.Source, _bench["first"])).IsDone();
        Shell.Run("chmod", "0000", _bench.Journal);

        var result = await KcopydProgram.RunUnprivilegedAsync("jobs", "--journal", _bench.Journal);

        result.IsRefusal(_bench.Journal, "denied");
    }

    [SkippableFact]
    public async Task A_journal_on_a_file_system_that_takes_nothing_says_so()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(16 << 20);
        var journal = mount["journal.db"];
        (await KcopydProgram.RunAsync("copy", _bench.Source, _bench["target"], "--journal", journal)).IsDone();
        JobBench.Tidy(journal);
        mount.RemountReadOnly();

        var result = await KcopydProgram.RunAsync("jobs", "--journal", journal);

        result.IsRefusal(journal, "where nothing can be written", "ead-only file system");
    }

    [Theory]
    [InlineData("Host=h;Nonsense=1", "nonsense")]
    [InlineData("postgresql://u:secret@h/d?gssencmode=prefer", "gssencmode")]
    public async Task A_setting_that_the_driver_does_not_know_is_refused(string where, string word)
    {
        (await KcopydProgram.RunAsync("jobs", "--journal", where)).IsRefusal(word);
        (await KcopydProgram.RunAsync("copy", _bench.Source, _bench["target"], "--journal", where)).IsRefusal(word);
    }
}
