using Akka.Actor;
using Akka.Bundled.Writer;
using Akka.Persistence;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Databases;
using Akka.Persistence.Sql.Journal;
using Akka.Persistence.Sql.Threads;
using Kcopyd.Tests.Shared;
using Microsoft.Data.Sqlite;

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

    [SkippableTheory]
    [InlineData("CREATE TABLE journal (entry TEXT)")]
    [InlineData("PRAGMA user_version = 7")]
    public async Task File_of_another_program_or_a_newer_version_is_left_as_it_is(string made)
    {
        Store.Execute(made);
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        var system = Start();

        Assert.StartsWith(
            $"The SQLite database {File} was not written: ",
            await FailureAsync(system, "a", 1),
            StringComparison.Ordinal);
        await system.DisposeAsync();

        Assert.Equal(bytes, await System.IO.File.ReadAllBytesAsync(File));
    }

    [SkippableFact]
    public async Task Snapshot_store_writes_nothing_to_a_file_that_the_journal_found_damaged()
    {
        var writing = Start();
        await writing.WriteAllAsync("a", 1, [.. Enumerable.Range(1, 500).Select(n => new string('x', 200))]);
        var metadata = new SnapshotMetadata("a", 1, new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        Assert.IsType<SaveSnapshotSuccess>(await writing.AskSnapshotsAsync(new SaveSnapshot(metadata, "s")));
        await writing.DisposeAsync();
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        var keep = bytes.Length / 3 / 4096 * 4096;
        new Random(5).NextBytes(bytes.AsSpan(keep, keep));
        await System.IO.File.WriteAllBytesAsync(File, bytes);
        var system = Start();
        await ReplayFailureAsync(system);

        var failed = Assert.IsType<SaveSnapshotFailure>(
            await system.AskSnapshotsAsync(new SaveSnapshot(metadata, "s")));

        Assert.Contains("is damaged", failed.Cause.Message, StringComparison.Ordinal);
        await system.DisposeAsync();
        Assert.Equal(bytes, await System.IO.File.ReadAllBytesAsync(File));
    }

    [Theory]
    [InlineData(SqlStage.Committing, SqlFailureKind.OutcomeUnknown)]
    [InlineData(SqlStage.Writing, SqlFailureKind.Unusable)]
    internal void Disk_that_fails_at_a_commit_leaves_it_open_whether_it_happened(SqlStage stage, SqlFailureKind kind)
    {
        var found = SqliteErrors.Classify(new SqliteException("disk I/O error", 10, 1034), stage, 5);
        Assert.Equal((kind, "the disk failed (SQLite I/O error 1034)"), found);
    }

    [SkippableFact]
    public async Task Replay_whose_store_stops_in_the_middle_is_no_success()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, "one", "two", "three");
        var queue = new SqlQueue(10);
        var reader = new JournalReader(new PayloadCodec((ExtendedActorSystem)system.System, null), queue, pageSize: 1);
        var database = new SqliteDatabase(Store.ConnectionString, SqlPersistence.Get(system.System));
        var read = 0;
        var replay = reader.ReplayAsync(new JournalReplay("a", 1, 3, long.MaxValue), _ =>
        {
            read++;
            queue.Close();
        });

        var thread = SqlThread.Start("replay", new SqlSession(database, SqlTables.Journal, true), queue);

        await Assert.ThrowsAsync<InvalidOperationException>(() => replay);
        Assert.Equal(1, read);
        Assert.True(thread.Join(TimeSpan.FromMinutes(1)));
    }

    [SkippableFact]
    public async Task Calls_that_a_sound_store_refuses_keep_nobody_from_it()
    {
        const int MoreThanTheBreakerBears = 20;
        var system = Start();
        await system.WriteAllAsync("a", 1, "one");
        var metadata = new SnapshotMetadata("a", 1, new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        await system.AskSnapshotsAsync(new SaveSnapshot(metadata, "s"));
        Store.Execute("UPDATE snapshot SET serializer_id = 12345");
        for (var i = 0; i < MoreThanTheBreakerBears; i++)
        {
            Assert.Contains("another writer was first", await FailureAsync(system, "a", 1), StringComparison.Ordinal);
            var failed = await system.AskSnapshotsAsync(
                new LoadSnapshot("a", SnapshotSelectionCriteria.Latest, long.MaxValue));
            Assert.IsType<LoadSnapshotFailed>(failed);
            var refused = await system.AskSnapshotsAsync(new SaveSnapshot(metadata, new UnserializableEvent()));
            Assert.IsType<SaveSnapshotFailure>(refused);
        }

        await system.WriteAllAsync("b", 1, "one");
        Assert.IsType<SaveSnapshotSuccess>(await system.AskSnapshotsAsync(new SaveSnapshot(metadata, "s")));
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
