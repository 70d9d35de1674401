using Akka.Actor;

namespace Akka.Bundled.Tests.Persistence;

public sealed class StashTests : PersistenceTest
{
    [Fact]
    public void Unstashed_commands_come_before_those_that_wait_for_a_persist()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        Stash(actor, "stashed 1");
        Stash(actor, "stashed 2");

        Do(actor, a => a.Persist("event", e =>
        {
            a.Note(e);
            a.Stash.UnstashAll();
        }));
        actor.Tell("waiting 1");
        actor.Tell("waiting 2");
        gate.SetResult();

        ExpectMsgs("event", "stashed 1", "stashed 2", "waiting 1", "waiting 2");
    }

    [Fact]
    public void Unstashed_commands_that_persist_keep_the_order()
    {
        var actor = Start();
        for (var index = 0; index < 5; index++)
        {
            StashThenPersist(actor, $"stashed {index}");
        }

        Do(actor, a => a.Stash.UnstashAll());
        for (var index = 0; index < 5; index++)
        {
            var name = $"later {index}";
            Do(actor, a => a.Persist(name, a.Note));
        }

        ExpectMsgs([.. Enumerable.Range(0, 5).Select(index => $"stashed {index}")]);
        ExpectMsgs([.. Enumerable.Range(0, 5).Select(index => $"later {index}")]);
    }

    [Fact]
    public void One_command_is_unstashed_at_a_time()
    {
        var actor = Start();
        Stash(actor, "one");
        Stash(actor, "two");

        Do(actor, a => a.Stash.Unstash());
        actor.Tell("between");
        Do(actor, a => a.Stash.Unstash());
        Do(actor, a => a.Stash.Unstash());
        actor.Tell("last");

        ExpectMsgs("one", "between", "two", "last");
    }

    [Fact]
    public void Same_command_is_not_stashed_twice()
    {
        var actor = Start();

        Do(actor, a =>
        {
            a.Stash.Stash();
            a.Note(Assert.Throws<IllegalActorStateException>(a.Stash.Stash).GetType());
        });

        ExpectMsgs(typeof(IllegalActorStateException));
    }

    [Fact]
    public void Equal_commands_are_all_kept()
    {
        var actor = Start();
        Action<Subject> stash = StashFirst("again");
        actor.Tell(stash);
        actor.Tell(stash);
        actor.Tell(stash);

        Do(actor, a => a.Stash.UnstashAll());
        actor.Tell("end");

        ExpectMsgs("again", "again", "end");

        static Action<Subject> StashFirst(string name)
        {
            var stashed = 0;
            return a =>
            {
                if (stashed < 2)
                {
                    stashed++;
                    a.Stash.Stash();
                    return;
                }

                if (stashed++ > 2)
                {
                    a.Note(name);
                }
            };
        }
    }

    [Fact]
    public void Outcome_of_a_persist_is_not_stashed()
    {
        var actor = Start();

        Do(actor, a => a.Persist("event", _ =>
            a.Note(Assert.Throws<IllegalActorStateException>(a.Stash.Stash).GetType())));

        ExpectMsgs(typeof(IllegalActorStateException));
    }

    [Fact]
    public void Stashed_commands_are_received_again_after_a_restart_before_the_others()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        Stash(actor, "stashed 1");
        Stash(actor, "stashed 2");
        Do(actor, a => a.Persist("event", _ => throw new InvalidOperationException("handler")));
        actor.Tell("waiting 1");
        actor.Tell("waiting 2");
        gate.SetResult();

        ExpectMsg<Subject.Restarting>();
        ExpectMsgs("stashed 1", "stashed 2", "waiting 1", "waiting 2");
    }

    [Fact]
    public void Stashed_and_waiting_commands_of_an_actor_that_stops_are_dead_letters()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Akka.Event.DeadLetter));
        var actor = Start();
        Script.WriteGate = new TaskCompletionSource().Task;
        Do(actor, a => a.Stash.Stash());
        Do(actor, a => a.Persist("event", a.Note));
        actor.Tell("waiting");
        AwaitCondition(() => !Script.Writes.IsEmpty);
        Watch(actor);

        Sys.Stop(actor);

        var dead = new List<object>();
        FishForMessage<object>(message =>
        {
            dead.Add(message is Akka.Event.DeadLetter letter ? letter.Message : message);
            return dead.OfType<Action<Subject>>().Any() && dead.Contains("waiting");
        });
    }

    [Fact]
    public void Termination_that_waited_for_a_persist_is_received()
    {
        var watched = Start("watched");
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        Do(actor, a => a.WatchAnother(watched));
        Do(actor, a => a.Persist("event", a.Note));
        AwaitCondition(() => Script.Writes.Count == 1);

        Stop(watched);
        actor.Tell("last");
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        gate.SetResult();

        // The termination may have come after the other.
        ExpectMsgs("event");
        Assert.Equal(["last", new Subject.Ended(watched)], ReceiveN(2).OrderBy(message => message is not string));
    }

    [Fact]
    public void Termination_that_nobody_watches_for_any_more_holds_nothing_up()
    {
        var watched = Start("watched");
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        Do(actor, a => a.WatchAnother(watched));
        Do(actor, a => a.Persist("event", e =>
        {
            a.Note(e);
            a.UnwatchAnother(watched);
        }));
        AwaitCondition(() => Script.Writes.Count == 1);
        Stop(watched);
        actor.Tell("one");
        actor.Tell("two");

        gate.SetResult();

        ExpectMsgs("event", "one", "two");
    }

    /// <summary>Stashes itself the first time and notes its name the second.</summary>
    private static void Stash(IActorRef actor, string name) => Twice(actor, a => a.Note(name));

    private static void StashThenPersist(IActorRef actor, string name) => Twice(actor, a => a.Persist(name, a.Note));

    private static void Twice(IActorRef actor, Action<Subject> second)
    {
        var isStashed = false;
        Do(actor, a =>
        {
            if (isStashed)
            {
                second(a);
                return;
            }

            isStashed = true;
            a.Stash.Stash();
        });
    }
}
