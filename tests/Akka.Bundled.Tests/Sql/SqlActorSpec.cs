using Akka.Actor;
using Akka.Bundled.Writer;
using Akka.Persistence;
using Akka.TestKit;

namespace Akka.Bundled.Tests.Sql;

/// <summary>Persistent actors on the SQL stores.</summary>
public abstract class SqlActorSpec : SqlSpec
{
    [SkippableFact]
    public async Task Actor_recovers_from_its_snapshot_and_the_events_behind_it()
    {
        var system = Start();
        using var kit = new TestKit.Xunit2.TestKit(system.System);
        var probe = kit.CreateTestProbe();
        var actor = StartActor(system, probe);
        await TellAsync(actor, probe, 1, 1L);
        await TellAsync(actor, probe, 2, 3L);
        actor.Tell("save");
        Assert.Equal(new DeleteMessagesSuccess(2), await probe.ExpectMsgAsync<DeleteMessagesSuccess>());
        await TellAsync(actor, probe, 3, 6L);
        await system.DisposeAsync();

        var next = Start();
        using var nextKit = new TestKit.Xunit2.TestKit(next.System);
        var nextProbe = nextKit.CreateTestProbe();
        var again = StartActor(next, nextProbe);
        again.Tell("sum");
        Assert.Equal("6 of 1 events", await nextProbe.ExpectMsgAsync<string>());
        await TellAsync(again, nextProbe, 4, 10L);

        // The second event was the last one when it was deleted: its row keeps the number.
        Assert.Equal(
            ["2|1", "3|0", "4|0"],
            Store.Query("SELECT sequence_number, deleted FROM journal ORDER BY ordering"));
    }

    [SkippableFact]
    public async Task Of_two_running_actors_with_one_id_the_second_to_persist_stops()
    {
        var (first, second) = (Start(), Start());
        using var firstKit = new TestKit.Xunit2.TestKit(first.System);
        using var secondKit = new TestKit.Xunit2.TestKit(second.System);
        var (firstProbe, secondProbe) = (firstKit.CreateTestProbe(), secondKit.CreateTestProbe());
        var winner = StartActor(first, firstProbe);
        var loser = StartActor(second, secondProbe);
        loser.Tell("sum");
        await secondProbe.ExpectMsgAsync("0 of 0 events");

        await TellAsync(winner, firstProbe, 1, 1L);
        secondProbe.Watch(loser);
        loser.Tell(5);
        Assert.Matches(
            "^failed: The .* was not written: another writer was first with sequence number 1 of persistence id 'sum'",
            await secondProbe.ExpectMsgAsync<string>());
        await secondProbe.ExpectMsgAsync<Terminated>();
        await TellAsync(winner, firstProbe, 2, 3L);
    }

    [SkippableFact]
    public async Task Hundred_actors_persist_at_once_and_recover()
    {
        var system = Start();
        using var kit = new TestKit.Xunit2.TestKit(system.System);
        var probe = kit.CreateTestProbe();
        var actors = Enumerable.Range(0, 100).Select(n => StartActor(system, probe, $"a{n}")).ToList();
        foreach (var actor in actors)
        {
            actor.Tell(1);
            actor.Tell(1);
        }

        for (var n = 0; n < 200; n++)
        {
            await probe.ExpectMsgAsync<long>();
        }

        await system.DisposeAsync();
        var next = Start();
        for (var n = 0; n < 100; n++)
        {
            Assert.Equal(["1:1", "2:1"], (await next.ReadAsync($"a{n}")).Events);
        }
    }

    private static IActorRef StartActor(StoreSystem system, TestProbe probe, string id = "sum") =>
        system.System.ActorOf(Props.Create(() => new CountingActor(id, probe.Ref)), id);

    private static async Task TellAsync(IActorRef actor, TestProbe probe, int number, long sum)
    {
        actor.Tell(number);
        Assert.Equal(sum, await probe.ExpectMsgAsync<long>());
    }
}
