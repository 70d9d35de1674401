using Akka.Bundled.Writer;
using Akka.Persistence;
using Kcopyd.Tests.Shared;

namespace Akka.Bundled.Tests.Sql;

/// <summary>A server that goes away and comes back, and what it refuses.</summary>
public sealed class PostgresFailureTests
{
    [SkippableFact]
    public async Task Server_that_crashed_fails_writes_and_is_used_again_when_it_is_back()
    {
        Require.Postgres();
        await using var server = await PostgresServer.StartAsync();
        await using var system = StoreSystem.Start("PostgreSQL", await server.CreateDatabaseAsync());
        await system.WriteAllAsync("a", 1, "one");
        await server.CrashAsync();
        Assert.Matches(
            "^The PostgreSQL database test1 on .* was not written: the connection failed ",
            await FailureAsync(system, 2));
        Assert.Matches(
            "^The PostgreSQL database test1 on .* could not be read: the connection failed ",
            Assert.IsType<ReplayMessagesFailure>((await system.ReplayAsync("a"))[^1]).Cause.Message);
        await server.ResumeAsync();
        await system.WriteAllAsync("a", 2, "two");
        Assert.Equal(["1:one", "2:two"], (await system.ReadAsync("a")).Events);
    }

    [SkippableFact]
    public async Task Restart_between_two_writes_is_not_noticed()
    {
        Require.Postgres();
        await using var server = await PostgresServer.StartAsync();
        await using var system = StoreSystem.Start("PostgreSQL", await server.CreateDatabaseAsync());
        await system.WriteAllAsync("a", 1, "one");
        Assert.Single((await system.ReadAsync("a")).Events);
        await server.CrashAsync();
        await server.ResumeAsync();
        await system.WriteAllAsync("a", 2, "two");
        Assert.Equal(["1:one", "2:two"], (await system.ReadAsync("a")).Events);
    }

    [SkippableFact]
    public async Task Commit_is_durable_whatever_the_default_of_the_database_is()
    {
        Require.Postgres();
        await using var server = await PostgresServer.StartAsync();
        var store = new PostgresStore(await server.CreateDatabaseAsync());
        store.Execute("ALTER DATABASE test1 SET synchronous_commit = off");
        await using var system = StoreSystem.Start("PostgreSQL", store.ConnectionString);
        await system.WriteAllAsync("a", 1, "one");

        // What the transaction of an insert sees as its setting is written down by the server itself.
        store.Execute("""
            CREATE TABLE seen (setting TEXT);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO seen VALUES (current_setting(''synchronous_commit'')); RETURN NEW; END';
            CREATE TRIGGER noted BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION note();
            """);
        await system.WriteAllAsync("a", 2, "two");
        Assert.Equal(["on"], store.Query("SELECT setting FROM seen"));
        Assert.Equal(["off"], store.Query("SHOW synchronous_commit"));
    }

    [SkippableFact]
    public async Task Database_or_user_that_is_not_there()
    {
        Require.Postgres();
        await using var server = await PostgresServer.StartAsync();
        await using var noDatabase = StoreSystem.Start("PostgreSQL", $"{server.ConnectionString};Database=nowhere");
        Assert.Matches(
            "^The PostgreSQL database nowhere on .* was not written: there is no such database ",
            await FailureAsync(noDatabase, 1));
        await using var noUser = StoreSystem.Start("PostgreSQL", $"{server.ConnectionString};Username=nobody");
        Assert.Matches(
            "^The PostgreSQL database postgres on .* was not written: the server refused the user ",
            await FailureAsync(noUser, 1));
    }

    [SkippableFact]
    public async Task Read_only_database_and_values_that_do_not_fit()
    {
        Require.Postgres();
        await using var server = await PostgresServer.StartAsync();
        var store = new PostgresStore(await server.CreateDatabaseAsync());
        await using var system = StoreSystem.Start("PostgreSQL", store.ConnectionString);
        await system.WriteAllAsync("a", 1, "one");
        var tooLong = await system.WriteAsync(new string('x', 256), 1, "one");
        Assert.Matches(
            "was not written: value too long for type character varying",
            Assert.IsType<WriteMessagesFailed>(tooLong[0]).Cause.Message);
        await system.DisposeAsync();

        store.Execute("ALTER DATABASE test1 SET default_transaction_read_only = on");
        await using var reading = StoreSystem.Start("PostgreSQL", store.ConnectionString);
        Assert.Equal(["1:one"], (await reading.ReadAsync("a")).Events);
        Assert.EndsWith(" was not written: it is read-only.", await FailureAsync(reading, 2));
    }

    private static async Task<string> FailureAsync(StoreSystem system, long number) =>
        Assert.IsType<WriteMessagesFailed>((await system.WriteAsync("a", number, "text"))[0]).Cause.Message;
}
