using System.Collections.Immutable;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace Akka.Bundled.Tests.Sql;

/// <summary>What the journal does on every database.</summary>
public abstract class SqlJournalSpec : SqlSpec
{
    [SkippableFact]
    public async Task Events_come_back_in_order_from_another_system()
    {
        var writing = Start();
        await writing.WriteAllAsync("a", 1, "one", "two");
        await writing.WriteAllAsync("b", 1, "other");
        await writing.WriteAllAsync("a", 3, new PlainEvent("three", 3), 4);
        await writing.DisposeAsync();

        var (events, highest) = await Start().ReadAsync("a");
        Assert.Equal(["1:one", "2:two", $"3:{new PlainEvent("three", 3)}", "4:4"], events);
        Assert.Equal(4, highest);
    }

    [SkippableFact]
    public async Task Every_event_of_a_request_is_answered_in_order_after_the_request()
    {
        var answers = await Start().WriteAsync("a", 1, "one", "two", "three");
        Assert.IsType<WriteMessagesSuccessful>(answers[0]);
        Assert.Equal([1, 2, 3], answers.Skip(1).Select(a => ((WriteMessageSuccess)a).Persistent.SequenceNr));
    }

    [SkippableFact]
    public async Task Stream_that_never_was_is_empty()
    {
        var (events, highest) = await Start().ReadAsync("nobody");
        Assert.Empty(events);
        Assert.Equal(0, highest);
    }

    [SkippableFact]
    public async Task Replay_keeps_to_its_limits()
    {
        var system = Start("replay-batch-size = 3");
        await system.WriteAllAsync("a", 1, [.. Enumerable.Range(1, 10).Select(n => $"e{n}")]);

        Assert.Equal(["4:e4", "5:e5", "6:e6", "7:e7"], (await system.ReadAsync("a", from: 4, to: 7)).Events);
        Assert.Equal(["2:e2", "3:e3"], (await system.ReadAsync("a", from: 2, max: 2)).Events);
        Assert.Equal(["1:e1", "2:e2", "3:e3"], (await system.ReadAsync("a", max: 3)).Events);
        Assert.Equal(4, (await system.ReadAsync("a", max: 4)).Events.Count);
        Assert.Equal(10, (await system.ReadAsync("a")).Events.Count);
        var none = await system.ReadAsync("a", max: 0);
        Assert.Empty(none.Events);
        Assert.Equal(10, none.Highest);
    }

    [SkippableFact]
    public async Task Events_over_many_pages_come_once_each()
    {
        var system = Start("replay-batch-size = 7");
        await system.WriteAllAsync("a", 1, [.. Enumerable.Range(1, 700).Cast<object>()]);
        var (events, _) = await system.ReadAsync("a");
        Assert.Equal(Enumerable.Range(1, 700).Select(n => $"{n}:{n}"), events);
    }

    [SkippableFact]
    public async Task Deleted_events_are_gone_and_their_numbers_stay_used()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, "one", "two", "three");
        Assert.Equal(new DeleteMessagesSuccess(2), await system.DeleteAsync("a", 2));
        var (events, highest) = await system.ReadAsync("a");
        Assert.Equal(["3:three"], events);
        Assert.Equal(3, highest);

        await system.DeleteAsync("a", long.MaxValue);
        await system.DisposeAsync();
        var reopened = Start();
        (events, highest) = await reopened.ReadAsync("a");
        Assert.Empty(events);
        Assert.Equal(3, highest);

        await reopened.WriteAllAsync("a", 4, "four");
        Assert.Equal(["4:four"], (await reopened.ReadAsync("a")).Events);
    }

    [SkippableFact]
    public async Task Rows_of_deleted_events_do_not_pile_up()
    {
        var system = Start();
        for (var n = 1; n <= 20; n++)
        {
            await system.WriteAllAsync("a", n, new Tagged($"e{n}", ["t"]));
            await system.DeleteAsync("a", n);
            Assert.Equal([$"{n}|1|"], Store.Query("SELECT sequence_number, deleted, message FROM journal"));
            Assert.Empty(Store.Query("SELECT tag FROM tags"));
        }
    }

    [SkippableFact]
    public async Task Deletion_leaves_other_streams_alone()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, new Tagged("one", ["t"]));
        await system.WriteAllAsync("b", 1, new Tagged("one", ["t"]));
        await system.DeleteAsync("a", long.MaxValue);
        await system.DeleteAsync("nobody", long.MaxValue);
        Assert.Equal(["1:one"], (await system.ReadAsync("b")).Events);
        Assert.Equal(["b"], Store.Query("SELECT persistence_id FROM tags"));
    }

    [SkippableFact]
    public async Task Rows_are_those_of_the_published_plug_in()
    {
        var before = TimeProvider.System.GetUtcNow().Ticks;
        var system = Start();
        await system.WriteAllAsync("a", 1, "hé", 258, new PlainEvent("x", 1));
        var after = TimeProvider.System.GetUtcNow().Ticks;

        var rows = Store.Query("SELECT sequence_number, deleted, message, manifest, identifier FROM journal");
        Assert.Equal("1|0|68C3A9|System.String, System.Private.CoreLib|17", rows[0]);
        Assert.Equal("2|0|02010000|System.Int32, System.Private.CoreLib|17", rows[1]);
        Assert.EndsWith("||1", rows[2], StringComparison.Ordinal);

        var created = Store.Query("SELECT created FROM journal").Select(text => Convert.ToInt64(text));
        Assert.All(created, ticks => Assert.InRange(ticks, before, after));
        var writer = Assert.Single(Store.Query("SELECT DISTINCT writer_uuid FROM journal"));
        Assert.Matches("^[0-9a-f]{32}$", writer);
    }

    [SkippableFact]
    public async Task Tags_are_rows_and_the_event_comes_back_without_them()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, new Tagged("one", ["red", "blue"]), "two", new Tagged("three", ["red"]));
        Assert.Equal(["1:one", "2:two", "3:three"], (await system.ReadAsync("a")).Events);
        Assert.Equal(
            ["blue|1|a|1", "red|1|a|1", "red|3|a|3"],
            Store.Query("""
                SELECT tag, sequence_nr, tags.persistence_id, sequence_number
                FROM tags JOIN journal ON ordering = ordering_id ORDER BY sequence_nr, tag
                """));
    }

    [SkippableFact]
    public async Task Event_that_cannot_be_serialized_is_rejected_and_the_next_one_is_written()
    {
        var system = Start();
        var answers = await system.WriteAsync(Write(1, new UnserializableEvent()), Write(2, "fine"));
        var rejected = Assert.IsType<WriteMessageRejected>(answers[1]);
        Assert.StartsWith(
            "The event of persistence id 'a' with sequence number 1 cannot be serialized: ", rejected.Cause.Message);
        Assert.IsType<WriteMessageSuccess>(answers[2]);
        Assert.Equal(["2:fine"], (await system.ReadAsync("a")).Events);

        static AtomicWrite Write(long number, object payload) =>
            new(ImmutableList.Create<IPersistentRepresentation>(new Persistent(payload, number, "a")));
    }

    [SkippableFact]
    public async Task Event_that_cannot_be_deserialized_fails_the_recovery_and_is_named()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, "one", "two", "three");
        Store.Execute("UPDATE journal SET identifier = 12345 WHERE sequence_number = 2");
        var answers = await system.ReplayAsync("a");
        Assert.Single(answers.OfType<ReplayedMessage>());
        var failure = Assert.IsType<ReplayMessagesFailure>(answers[^1]);
        Assert.StartsWith(
            "The event of persistence id 'a' with sequence number 2 in table 'journal' cannot be deserialized: ",
            failure.Cause.Message);
    }

    [SkippableFact]
    public async Task Of_two_systems_that_write_the_same_number_exactly_one_wins()
    {
        const string patient = "circuit-breaker.max-failures = 1000";
        var systems = new[] { Start(patient), Start(patient) };
        for (var n = 1; n <= 20; n++)
        {
            var writes = await Task.WhenAll(systems.Select((system, i) => system.WriteAsync("a", n, $"by {i}")));
            Assert.Single(writes, answers => answers[0] is WriteMessagesSuccessful);
            var failure = Assert.Single(writes.Select(answers => answers[0]).OfType<WriteMessagesFailed>());
            Assert.EndsWith(
                $" was not written: another writer was first with sequence number {n} of persistence id 'a'.",
                failure.Cause.Message);
        }

        Assert.Equal(["20|20"], Store.Query("SELECT COUNT(*), MAX(sequence_number) FROM journal"));
    }

    [SkippableFact]
    public async Task Request_that_conflicts_writes_nothing()
    {
        var system = Start();
        await system.WriteAllAsync("a", 3, "three");
        var answers = await system.WriteAsync("a", 1, "one", "two", "three");
        Assert.IsType<WriteMessagesFailed>(answers[0]);
        Assert.All(answers.Skip(1), answer => Assert.IsType<WriteMessageFailure>(answer));
        Assert.Equal(["3:three"], (await system.ReadAsync("a")).Events);
    }

    [SkippableFact]
    public async Task Systems_that_start_at_once_make_the_tables_once()
    {
        var systems = Enumerable.Range(0, 4).Select(_ => Start()).ToList();
        await Task.WhenAll(systems.Select((system, i) => system.WriteAllAsync($"s{i}", 1, "one")));
        Assert.Equal(["4"], Store.Query("SELECT COUNT(*) FROM journal"));
    }

    [SkippableFact]
    public async Task Tables_of_the_published_plug_in_are_read_and_written()
    {
        Store.Execute(Store.PublishedTables);
        var flag = Store is SqliteStore ? "0" : "FALSE";
        var hello = Store is SqliteStore ? "x'68656c6c6f'" : @"'\x68656c6c6f'::bytea";
        Store.Execute($"""
            INSERT INTO journal
                (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            VALUES (638000000000000000, {flag}, 'a', 1, {hello}, 'System.String, System.Private.CoreLib', 17,
                '0123456789abcdef0123456789abcdef')
            """);
        var system = Start("auto-initialize = off");
        await system.WriteAllAsync("a", 2, new Tagged("two", ["t"]));
        Assert.Equal(["1:hello", "2:two"], (await system.ReadAsync("a")).Events);
        await system.DeleteAsync("a", 1);
        Assert.Equal(["2:two"], (await system.ReadAsync("a")).Events);
    }

    [SkippableFact]
    public async Task Without_tables_and_auto_initialize_nothing_is_made()
    {
        var answers = await Start("auto-initialize = off").WriteAsync("a", 1, "one");
        var failure = Assert.IsType<WriteMessagesFailed>(answers[0]);
        Assert.EndsWith(
            " was not written: it has no table 'journal', and auto-initialize is off.", failure.Cause.Message);
    }

    [SkippableFact]
    public async Task Table_of_another_program_is_not_touched()
    {
        Store.Execute("CREATE TABLE journal (ordering INTEGER, text VARCHAR(10))");
        var answers = await Start().WriteAsync("a", 1, "one");
        var failure = Assert.IsType<WriteMessagesFailed>(answers[0]);
        Assert.Contains(
            "its table 'journal' lacks created, deleted, persistence_id, sequence_number", failure.Cause.Message);
        Assert.Empty(Store.Query("SELECT * FROM journal"));
    }
}
