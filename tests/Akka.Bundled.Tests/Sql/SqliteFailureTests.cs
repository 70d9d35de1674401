using Akka.Bundled.Writer;
using Akka.Persistence;
using Kcopyd.Tests.Shared;

namespace Akka.Bundled.Tests.Sql;

/// <summary>Files that cannot be used: each failure is one sentence that names the file and the reason.</summary>
public sealed class SqliteFailureTests : SqlSpec
{
    private string File => ((SqliteStore)Store).File;

    [SkippableFact]
    public async Task File_that_another_process_has_locked()
    {
        Require.Linux();
        var system = Start();
        await system.WriteAllAsync("a", 1, "one");
        using var holder = WriterProcess.Start("lock", File);
        Assert.Equal("locked", await holder.NextLineAsync());
        Assert.Equal(
            $"The SQLite database {File} was not written: another process has it locked (waited 2 s).",
            await FailureAsync(system, "a", 2));
        await holder.EndAsync();
        await system.WriteAllAsync("a", 2, "two");
    }

    [SkippableFact]
    public async Task File_that_is_no_database_is_left_as_it_is()
    {
        var garbage = TempDirectory.Bytes(10_000, seed: 3);
        await System.IO.File.WriteAllBytesAsync(File, garbage);
        var system = Start();
        Assert.Equal(
            $"The SQLite database {File} was not written: the file is not a SQLite database and is left as it is.",
            await FailureAsync(system, "a", 1));
        Assert.Equal(
            $"The SQLite database {File} could not be read: the file is not a SQLite database and is left as it is.",
            await ReplayFailureAsync(system));
        await system.DisposeAsync();
        Assert.Equal(garbage, await System.IO.File.ReadAllBytesAsync(File));
    }

    [SkippableFact]
    public async Task File_that_is_damaged_in_the_middle_is_left_as_it_is()
    {
        var writing = Start();
        await writing.WriteAllAsync("a", 1, [.. Enumerable.Range(1, 500).Select(n => new string('x', 200))]);
        await writing.DisposeAsync();
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        var keep = bytes.Length / 3 / 4096 * 4096;
        new Random(5).NextBytes(bytes.AsSpan(keep, keep));
        await System.IO.File.WriteAllBytesAsync(File, bytes);

        var system = Start();
        const string reason = "the file is damaged (database disk image is malformed) and is left as it is.";
        Assert.Equal($"The SQLite database {File} could not be read: {reason}", await ReplayFailureAsync(system));

        // Whichever page it would touch: nothing is written to it any more.
        Assert.Equal($"The SQLite database {File} was not written: {reason}", await FailureAsync(system, "new", 1));
        await system.DisposeAsync();
        Assert.Equal(bytes, await System.IO.File.ReadAllBytesAsync(File));
    }

    [SkippableFact]
    public async Task File_of_a_newer_version()
    {
        var writing = Start();
        await writing.WriteAllAsync("a", 1, "one");
        await writing.DisposeAsync();
        Store.Execute("PRAGMA user_version = 7");
        var system = Start();
        const string reason = "a newer version made its tables (schema 7, this build knows 0).";
        Assert.Equal(
            $"The SQLite database {File} was not written: {reason}", await FailureAsync(system, "a", 2));
        Assert.Equal($"The SQLite database {File} could not be read: {reason}", await ReplayFailureAsync(system));
    }

    [SkippableFact]
    public async Task Directory_that_is_not_there()
    {
        var file = Path.Combine(Path.GetDirectoryName(File)!, "no", "journal.db");
        await using var system = StoreSystem.Start("SQLite.MS", $"Data Source={file}");
        Assert.Equal(
            $"The SQLite database {file} was not written: the file cannot be opened; its directory must exist and both "
            + "must be writable.",
            await FailureAsync(system, "a", 1));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await system.WriteAllAsync("a", 1, "one");
    }

    [SkippableFact]
    public async Task File_system_that_became_read_only()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(8 << 20);
        var store = SqliteStore.At(mount["journal.db"]);
        await using (var writing = StoreSystem.Start(store.ProviderName, store.ConnectionString))
        {
            await writing.WriteAllAsync("a", 1, "one");
        }

        mount.RemountReadOnly();
        await using var system = StoreSystem.Start(store.ProviderName, store.ConnectionString);
        Assert.Matches(
            $"^The SQLite database {store.File} was not written: the file (or its directory is read-only"
            + @"|cannot be opened; its directory must exist and both must be writable)\.$",
            await FailureAsync(system, "a", 2));
    }

    [SkippableFact]
    public async Task File_system_that_is_full_loses_nothing_that_was_confirmed()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(3 << 20);
        var store = SqliteStore.At(mount["journal.db"]);
        await System.IO.File.WriteAllBytesAsync(mount["ballast"], new byte[1 << 20]);
        await using var system = StoreSystem.Start(store.ProviderName, store.ConnectionString);
        var written = 0;
        IReadOnlyList<object> answers;
        do
        {
            answers = await system.WriteAsync("a", ++written, new string('x', 100_000));
        }
        while (answers[0] is WriteMessagesSuccessful && written < 100);

        Assert.Equal(
            $"The SQLite database {store.File} was not written: the disk is full.",
            Assert.IsType<WriteMessagesFailed>(answers[0]).Cause.Message);
        Assert.Equal(written - 1, (await system.ReadAsync("a")).Highest);
        System.IO.File.Delete(mount["ballast"]);
        await system.WriteAllAsync("a", written, "room again");
        Assert.Equal(written, (await system.ReadAsync("a")).Highest);
    }

    [SkippableFact]
    public async Task Journal_of_a_terminated_system_is_closed()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, "one");
        Assert.True(System.IO.File.Exists($"{File}-wal"));
        await system.DisposeAsync();
        Assert.Equal([File], Directory.GetFiles(Path.GetDirectoryName(File)!));
    }

    protected override Task<SqlStore> CreateStoreAsync() => Task.FromResult<SqlStore>(SqliteStore.Create());

    private static async Task<string> FailureAsync(StoreSystem system, string id, long number) =>
        Assert.IsType<WriteMessagesFailed>((await system.WriteAsync(id, number, "text"))[0]).Cause.Message;

    private static async Task<string> ReplayFailureAsync(StoreSystem system) =>
        Assert.IsType<ReplayMessagesFailure>((await system.ReplayAsync("a"))[^1]).Cause.Message;
}
