using Akka.Bundled.Writer;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Sql;

/// <summary>What the snapshot store does on every database.</summary>
public abstract class SqlSnapshotSpec : SqlSpec
{
    private static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    [SkippableFact]
    public async Task Newest_snapshot_comes_back_from_another_system()
    {
        var saving = Start();
        Assert.IsType<SaveSnapshotSuccess>(await SaveAsync(saving, 5, new PlainEvent("five", 5)));
        Assert.IsType<SaveSnapshotSuccess>(await SaveAsync(saving, 9, new PlainEvent("nine", 9)));
        await saving.DisposeAsync();

        var loaded = await LoadAsync(Start(), SnapshotSelectionCriteria.Latest);
        Assert.Equal(new PlainEvent("nine", 9), loaded?.Snapshot);
        Assert.Equal(9, loaded?.Metadata.SequenceNr);
        Assert.Equal(Noon.AddMinutes(9), loaded?.Metadata.Timestamp);
    }

    [SkippableFact]
    public async Task Criteria_bound_numbers_and_times()
    {
        var system = Start();
        foreach (var n in (long[])[1, 2, 3, 4])
        {
            await SaveAsync(system, n, $"s{n}");
        }

        Assert.Equal("s3", await NewestAsync(new SnapshotSelectionCriteria(3)));
        Assert.Equal("s2", await NewestAsync(new SnapshotSelectionCriteria(long.MaxValue, Noon.AddMinutes(2))));
        Assert.Null(await NewestAsync(new SnapshotSelectionCriteria(2, DateTime.MaxValue, 3)));
        Assert.Null(await NewestAsync(
            new SnapshotSelectionCriteria(3, DateTime.MaxValue, 0, Noon.AddMinutes(4))));
        Assert.Null(await NewestAsync(SnapshotSelectionCriteria.None));

        async Task<object?> NewestAsync(SnapshotSelectionCriteria criteria) =>
            (await LoadAsync(system, criteria))?.Snapshot;
    }

    [SkippableFact]
    public async Task Same_number_replaces()
    {
        var system = Start();
        await SaveAsync(system, 1, "old");
        await SaveAsync(system, 1, "new");
        Assert.Equal("new", (await LoadAsync(system, SnapshotSelectionCriteria.Latest))?.Snapshot);
        Assert.Equal(["1"], Store.Query("SELECT COUNT(*) FROM snapshot"));
    }

    [SkippableFact]
    public async Task Deletion_takes_one_or_what_matches()
    {
        var system = Start();
        foreach (var n in (long[])[1, 2, 3, 4])
        {
            await SaveAsync(system, n, $"s{n}");
        }

        Assert.IsType<DeleteSnapshotSuccess>(
            await system.AskSnapshotsAsync(new DeleteSnapshot(new SnapshotMetadata("a", 4))));
        Assert.Equal("s3", (await LoadAsync(system, SnapshotSelectionCriteria.Latest))?.Snapshot);
        Assert.IsType<DeleteSnapshotsSuccess>(
            await system.AskSnapshotsAsync(new DeleteSnapshots("a", new SnapshotSelectionCriteria(2))));
        Assert.Equal(["3"], Store.Query("SELECT sequence_number FROM snapshot"));
        await system.AskSnapshotsAsync(new DeleteSnapshots("b", SnapshotSelectionCriteria.Latest));
        Assert.Equal(["3"], Store.Query("SELECT sequence_number FROM snapshot"));
    }

    [SkippableFact]
    public async Task Rows_are_those_of_the_published_plug_in()
    {
        var system = Start();
        await SaveAsync(system, 1, "text");
        Assert.Equal(
            [$"a|1|{Noon.AddMinutes(1).Ticks}|74657874|System.String, System.Private.CoreLib|17"],
            Store.Query("""
                SELECT persistence_id, sequence_number, created, snapshot, manifest, serializer_id FROM snapshot
                """));
    }

    [SkippableFact]
    public async Task Tables_of_the_published_plug_in_are_read_and_written()
    {
        Store.Execute(Store.PublishedTables);
        var text = Store is SqliteStore ? "x'74657874'" : @"'\x74657874'::bytea";
        Store.Execute($"""
            INSERT INTO snapshot VALUES ('a', 7, {Noon.Ticks}, {text}, 'System.String, System.Private.CoreLib', 17)
            """);
        var system = Start();
        Assert.Equal("text", (await LoadAsync(system, SnapshotSelectionCriteria.Latest))?.Snapshot);
        Assert.IsType<SaveSnapshotSuccess>(await SaveAsync(system, 8, "next"));
    }

    [SkippableFact]
    public async Task Snapshot_that_cannot_be_serialized_or_read_fails_and_says_so()
    {
        var system = Start();
        Assert.IsType<SaveSnapshotFailure>(await SaveAsync(system, 1, new UnserializableEvent()));
        await SaveAsync(system, 2, "text");
        Store.Execute("UPDATE snapshot SET serializer_id = 12345");
        var failed = Assert.IsType<LoadSnapshotFailed>(
            await system.AskSnapshotsAsync(new LoadSnapshot("a", SnapshotSelectionCriteria.Latest, long.MaxValue)));
        Assert.StartsWith(
            "The snapshot of persistence id 'a' with sequence number 2 in table 'snapshot' cannot be deserialized: ",
            failed.Cause.Message);
    }

    private static Task<object> SaveAsync(StoreSystem system, long number, object snapshot) =>
        system.AskSnapshotsAsync(
            new SaveSnapshot(new SnapshotMetadata("a", number, Noon.AddMinutes(number)), snapshot));

    private static async Task<SelectedSnapshot?> LoadAsync(StoreSystem system, SnapshotSelectionCriteria criteria)
    {
        var answer = await system.AskSnapshotsAsync(new LoadSnapshot("a", criteria, long.MaxValue));
        return Assert.IsType<LoadSnapshotResult>(answer).Snapshot;
    }
}
