using Akka.Actor;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

public sealed class RestartTests : PersistenceTest
{
    private readonly TestKit.TestProbe _failed;

    public RestartTests()
    {
        _failed = CreateTestProbe();
    }

    [Fact]
    public void Handler_that_throws_restarts_the_actor_which_recovers_the_event_before_the_next_command()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;

        Do(actor, a => a.Persist("one", _ => throw new InvalidOperationException("handler")));
        Do(actor, NoteState);
        actor.Tell("last");
        gate.SetResult();

        var message = ExpectMsg<Subject.Restarting>().Message;
        Assert.Equal("one", Assert.IsType<IPersistentRepresentation>(message, exactMatch: false).Payload);
        ExpectMsgs(State("one"), "last");
    }

    [Fact]
    public void Command_that_throws_after_persisting_has_persisted()
    {
        var actor = Start();

        Do(actor, a =>
        {
            a.Persist("one", a.Note);
            throw new InvalidOperationException("command");
        });
        Do(actor, NoteState);

        ExpectMsg<Subject.Restarting>();
        ExpectMsgs(State("one"));
    }

    [Fact]
    public void Outcome_of_a_write_of_the_instance_before_is_not_handled_but_recovered()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        Do(actor, a => a.PersistAsync("old", e => a.Note($"handled {e}")));
        Do(actor, _ => throw new InvalidOperationException("command"));
        ExpectMsg<Subject.Restarting>();

        Do(actor, NoteState);
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        gate.SetResult();

        ExpectMsgs(State("old"));
        Do(actor, a => a.Persist("new", e => a.Note((e, a.LastSequenceNr))));
        ExpectMsgs(("new", 2L));
    }

    [Fact]
    public void Stale_answers_are_dropped()
    {
        var actor = Start();
        ExpectNothingMoreFrom(actor);
        var stale = new Akka.Persistence.Persistent("stale", 9, "a");

        actor.Tell(new WriteMessageSuccess(stale, -1));
        actor.Tell(new WriteMessageRejected(stale, new InvalidOperationException("stale"), -1));
        actor.Tell(new WriteMessageFailure(stale, new InvalidOperationException("stale"), -1));
        actor.Tell(new LoopMessageSuccess("stale", -1));
        ExpectNothingMoreFrom(actor);

        Do(actor, a => a.Persist("one", e => a.Note((e, a.LastSequenceNr))));
        ExpectMsgs(("one", 1L));
    }

    [Fact]
    public void Commands_that_waited_keep_their_order_through_a_restart()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;

        Do(actor, a => a.Persist("event", _ => throw new InvalidOperationException("handler")));
        for (var index = 0; index < 20; index++)
        {
            actor.Tell(index);
        }

        gate.SetResult();
        ExpectMsg<Subject.Restarting>();
        ExpectMsgs([.. Enumerable.Range(0, 20).Cast<object>()]);
    }

    [Fact]
    public void Commands_that_waited_keep_their_order_when_a_sibling_restarts_all()
    {
        var (parent, child) = StartFamily();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();

        // The restart comes between the turn of 0, after which 1 was given back, and that of 1.
        Do(child, a => a.Persist("event", a.Note));
        Do(child, _ =>
        {
            entered.Set();
            leave.Wait();
        });
        for (var index = 1; index < 10; index++)
        {
            child.Tell(index);
        }

        gate.SetResult();
        ExpectMsgs("event");
        Assert.True(entered.Wait(TimeSpan.FromSeconds(10)));
        RestartAll(parent);
        leave.Set();

        var messages = ReceiveN(10, TimeSpan.FromSeconds(10));
        Assert.Single(messages.OfType<Subject.Restarting>());
        Assert.Equal(Enumerable.Range(1, 9), messages.OfType<int>());
    }

    [Fact]
    public void Actor_that_is_resumed_runs_the_other_handlers_and_goes_on()
    {
        var actor = StartFamily().Child;
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;

        Do(actor, a =>
        {
            a.Persist("one", _ => throw new NotSupportedException("resume"));
            a.Persist("two", a.Note);
        });
        actor.Tell("three");
        Do(actor, _ => throw new NotSupportedException("resume"));
        actor.Tell("four");
        actor.Tell("five");
        gate.SetResult();

        ExpectMsgs("two", "three", "four", "five");
    }

    [Fact]
    public void Restart_during_a_recovery_starts_it_again()
    {
        var actor = Start();
        Do(actor, a => a.PersistAll([1, 2, 3], e => a.Note(e)));
        ExpectMsgs(1, 2, 3);
        Stop(actor);
        var gate = new TaskCompletionSource();
        Script.ReplayGate = gate.Task;
        var (parent, child) = StartFamily();
        child.Tell("waits");

        RestartAll(parent);
        ExpectMsg<Subject.Restarting>();
        gate.SetResult();

        ExpectMsgs("waits");
        Do(child, NoteState);
        ExpectMsgs(State(1, 2, 3));
    }

    private static string State(params object[] events) => $"state: {string.Join(", ", events)}";

    private static void NoteState(Subject actor) =>
        actor.Note(State([.. actor.State.Where(item => item is not RecoveryCompleted)]));

    private (IActorRef Parent, IActorRef Child) StartFamily()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(TestActor, _failed)));
        return (parent, ChildOf(parent));
    }

    private IActorRef ChildOf(IActorRef parent)
    {
        parent.Tell("child", _failed);
        return _failed.ExpectMsg<IActorRef>();
    }

    /// <summary>Returns when the restart of each child is on its way.</summary>
    private void RestartAll(IActorRef parent)
    {
        parent.Tell("fail");
        _failed.ExpectMsg("restarted");
        ChildOf(parent);
    }

    /// <summary>Restarts all its children when one fails, resumes the one that wants it.</summary>
    private sealed class Parent(IActorRef observer, IActorRef failed) : UntypedActor
    {
        private readonly IActorRef _child = Context.ActorOf(Subject.Props("a", observer), "child");
        private readonly IActorRef _failing = Context.ActorOf(Props.Create(() => new Failing(failed)), "failing");

        protected override SupervisorStrategy SupervisorStrategy() => new AllForOneStrategy(
            cause => cause is NotSupportedException ? Directive.Resume : Directive.Restart);

        protected override void OnReceive(object message)
        {
            if (message is "child")
            {
                Sender.Tell(_child);
            }
            else
            {
                _failing.Forward(message);
            }
        }
    }

    private sealed class Failing(IActorRef failed) : UntypedActor
    {
        protected override void OnReceive(object message) => throw new InvalidOperationException("sibling");

        protected override void PostRestart(Exception reason) => failed.Tell("restarted");
    }
}
