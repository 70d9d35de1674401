using Akka.Actor;

namespace Akka.Bundled.Tests.Persistence;

public sealed class RecoveryLimitTests() : PersistenceTest("akka.persistence.max-concurrent-recoveries = 2")
{
    [Fact]
    public void Recoveries_wait_for_their_turn_in_order()
    {
        var actors = StartAll(2);
        var gate = Hold();
        Revive(actors);

        var third = Start("2");
        Do(third, a => a.Note("third"));

        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        gate.SetResult();
        ExpectMsgs("third");
    }

    [Fact]
    public void Actor_that_stops_in_its_recovery_makes_room()
    {
        var actors = StartAll(2);
        Hold();
        var revived = Revive(actors);
        var third = Start("2");
        Do(third, a => a.Note("third"));
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));

        Sys.Stop(revived[0]);

        ExpectMsgs("third");
    }

    [Fact]
    public void Actor_that_stops_while_it_waits_is_forgotten()
    {
        var actors = StartAll(2);
        Hold();
        var revived = Revive(actors);
        var third = Start("2");
        var fourth = Start("3");
        Do(fourth, a => a.Note("fourth"));
        Stop(third);

        Sys.Stop(revived[1]);

        ExpectMsgs("fourth");
    }

    [Fact]
    public void Recoveries_that_fail_make_room()
    {
        var actors = StartAll(2);
        Script.FailReplay = static _ => new InvalidDataException("damaged");
        Revive(actors);
        ExpectMsg<Subject.RecoveryFailed>();
        ExpectMsg<Subject.RecoveryFailed>();

        Do(Start("2"), a => a.Note("third"));

        ExpectMsgs("third");
    }

    /// <summary>Actors that each have an event, stopped.</summary>
    private string[] StartAll(int count)
    {
        var ids = Enumerable.Range(0, count).Select(index => $"{index}").ToArray();
        foreach (var id in ids)
        {
            var actor = Start(id);
            Do(actor, a => a.Persist(id, a.Note));
            ExpectMsgs(id);
            Stop(actor);
        }

        return ids;
    }

    /// <summary>Starts actors again, and returns when each has its permit: actors that start side by side ask for
    /// one in any order.</summary>
    private IActorRef[] Revive(string[] ids)
    {
        var actors = ids.Select(id => Start(id)).ToArray();
        AwaitCondition(() => Script.Replays == ids.Length);
        return actors;
    }

    private TaskCompletionSource Hold()
    {
        var gate = new TaskCompletionSource();
        Script.ReplayGate = gate.Task;
        return gate;
    }
}
