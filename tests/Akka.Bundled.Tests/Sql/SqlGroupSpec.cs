using Akka.Persistence;

namespace Akka.Bundled.Tests.Sql;

/// <summary>Writes of many actors share transactions.</summary>
public abstract class SqlGroupSpec : SqlSpec
{
    [SkippableFact]
    public async Task Conflict_in_a_group_stops_only_its_own_stream()
    {
        var system = Start();
        await system.WriteAllAsync("s5", 1, "was first");
        using var other = Store.Open();
        Hold(other);

        // s0 takes the writer or waits in front; the others gather behind it.
        var writes = Enumerable.Range(0, 10).Select(n => system.WriteAsync($"s{n}", 1, $"e{n}")).ToList();
        await system.TakenAsync();
        Release(other);

        var answers = await Task.WhenAll(writes);
        for (var n = 0; n < 10; n++)
        {
            Assert.Equal(n != 5, answers[n][0] is WriteMessagesSuccessful);
            Assert.Equal([n == 5 ? "1:was first" : $"1:e{n}"], (await system.ReadAsync($"s{n}")).Events);
        }
    }

    [SkippableFact]
    public async Task Behind_a_failed_write_of_a_stream_there_is_no_gap()
    {
        var system = Start();
        await system.WriteAllAsync("a", 2, "was first");
        using var other = Store.Open();
        Hold(other);
        var first = system.WriteAsync("other", 1, "one");
        var conflict = system.WriteAsync("a", 2, "two");
        var behind = system.WriteAsync("a", 3, "three");
        await system.TakenAsync();
        Release(other);

        Assert.IsType<WriteMessagesSuccessful>((await first)[0]);
        Assert.IsType<WriteMessagesFailed>((await conflict)[0]);
        if ((await behind)[0] is WriteMessagesFailed)
        {
            Assert.Equal(["2:was first"], (await system.ReadAsync("a")).Events);
        }
    }

    [SkippableFact]
    public async Task Full_buffer_is_answered_at_once_and_what_was_taken_is_written()
    {
        var system = Start("buffer-size = 4, circuit-breaker.max-failures = 1000");
        await system.WriteAllAsync("a", 1, "one");
        using var other = Store.Open();
        Hold(other);
        var writes = Enumerable.Range(0, 20).Select(n => system.WriteAsync($"s{n}", 1, $"e{n}")).ToList();

        // Up to five are with the writer as one group, four wait, and the rest hears so while the lock is held.
        var refusals = 0;
        await foreach (var refused in Task.WhenEach(writes))
        {
            Assert.Equal(
                "4 requests wait for the database already (buffer-size): this one was not taken.",
                Assert.IsType<WriteMessagesFailed>((await refused)[0]).Cause.Message);
            if (++refusals == 11)
            {
                break;
            }
        }

        Release(other);

        var answers = await Task.WhenAll(writes);
        for (var n = 0; n < writes.Count; n++)
        {
            var isWritten = answers[n][0] is WriteMessagesSuccessful;
            Assert.Equal(isWritten ? 1 : 0, (await system.ReadAsync($"s{n}")).Highest);
        }

        Assert.InRange(answers.Count(answer => answer[0] is WriteMessagesSuccessful), 4, 9);
    }

    [SkippableFact]
    public async Task Recovery_waits_for_what_its_actor_wrote_before()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, "one");
        using var other = Store.Open();
        Hold(other);
        var write = system.WriteAsync("a", 2, "two");
        var read = system.ReadAsync("a");
        await system.TakenAsync();
        Release(other);
        Assert.IsType<WriteMessagesSuccessful>((await write)[0]);
        Assert.Equal(["1:one", "2:two"], (await read).Events);
    }

    [SkippableFact]
    public async Task Recovery_of_others_does_not_wait_for_a_lock()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, "one");
        using var other = Store.Open();
        Hold(other);
        var write = system.WriteAsync("b", 1, "one");
        Assert.Equal(["1:one"], (await system.ReadAsync("a")).Events);
        Assert.False(write.IsCompleted);
        Release(other);
        Assert.IsType<WriteMessagesSuccessful>((await write)[0]);
    }

    [SkippableFact]
    public async Task Database_that_stays_locked_fails_the_write_and_serves_the_next()
    {
        var system = Start();
        await system.WriteAllAsync("a", 1, "one");
        using (var other = Store.Open())
        {
            Hold(other);
            var answers = await system.WriteAsync("a", 2, "two");
            Assert.Matches(
                @" was not written: another (process|client) has it locked \(waited [0-9] s\)\.$",
                Assert.IsType<WriteMessagesFailed>(answers[0]).Cause.Message);
            Release(other);
        }

        await system.WriteAllAsync("a", 2, "two");
        Assert.Equal(["1:one", "2:two"], (await system.ReadAsync("a")).Events);
    }

    [SkippableFact]
    public async Task Stopped_journal_finishes_what_it_writes_and_refuses_the_rest()
    {
        var system = Start("batch-size = 1");
        await system.WriteAllAsync("a", 1, "one");
        var writes = Enumerable.Range(0, 200).Select(n => system.WriteAsync($"s{n}", 1, "one")).ToList();
        await system.TakenAsync();
        await system.System.Terminate();
        var count = int.Parse(Assert.Single(Store.Query("SELECT COUNT(*) FROM journal")));

        // Confirmed is written; written may be unconfirmed, as the system is gone.
        var confirmed = writes.Count(
            write => write.IsCompletedSuccessfully && write.Result[0] is WriteMessagesSuccessful);
        Assert.InRange(count, confirmed + 1, 201);
        Assert.Equal([$"{count}"], Store.Query("SELECT COUNT(*) FROM journal"));
    }

    private void Hold(System.Data.Common.DbConnection connection) => Run(connection, Store.LockStatement);

    private static void Release(System.Data.Common.DbConnection connection) => Run(connection, "ROLLBACK");

    private static void Run(System.Data.Common.DbConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
