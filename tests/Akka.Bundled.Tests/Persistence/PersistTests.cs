using Akka.Actor;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

public sealed class PersistTests : PersistenceTest
{
    [Fact]
    public void Event_is_handled_when_it_is_written_and_recovered_in_the_next_life()
    {
        var actor = Start();

        Do(actor, a => a.Persist("one", e => a.Note((e, a.LastSequenceNr))));
        Do(actor, a => a.Persist("two", e => a.Note((e, a.LastSequenceNr))));

        ExpectMsgs(("one", 1L), ("two", 2L));
        Stop(actor);
        var (recovered, last) = Recover("a");
        Assert.Equal(["one", "two", RecoveryCompleted.Instance], recovered);
        Assert.Equal(2, last);
    }

    [Fact]
    public void Commands_wait_for_the_handlers_of_all_events_of_a_command()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;

        Do(actor, a =>
        {
            a.Persist("one", a.Note);
            a.Note("in the command");
            a.Persist("two", a.Note);
        });
        actor.Tell("three");
        actor.Tell("four");

        ExpectMsgs("in the command");
        AwaitCondition(() => Script.Writes.Count == 1);
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        gate.SetResult();
        ExpectMsgs("one", "two", "three", "four");
    }

    [Fact]
    public void Commands_do_not_wait_for_the_handlers_of_asynchronous_events()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;

        Do(actor, a => a.PersistAsync("one", a.Note));
        Do(actor, a => a.PersistAllAsync(["two", "three"], a.Note));
        actor.Tell("command");

        ExpectMsgs("command");
        gate.SetResult();
        ExpectMsgs("one", "two", "three");
    }

    [Fact]
    public void Handlers_run_in_the_order_of_the_calls_of_all_kinds()
    {
        var actor = Start();

        Do(actor, a =>
        {
            a.PersistAsync("1", a.Note);
            a.Persist("2", a.Note);
            a.DeferAsync("3", a.Note);
            a.PersistAllAsync(["4", "5"], a.Note);
            a.Defer("6", a.Note);
            a.PersistAll(["7", "8"], a.Note);
            a.PersistAsync("9", a.Note);
            a.DeferAsync("10", a.Note);
        });
        actor.Tell("command");

        ExpectMsgs("1", "2", "3", "4", "5", "6", "7", "8");
        Assert.Equal(["10", "9", "command"], ReceiveN(3).Order());
        Stop(actor);
        var (recovered, last) = Recover("a");
        Assert.Equal(["1", "2", "4", "5", "7", "8", "9", RecoveryCompleted.Instance], recovered);
        Assert.Equal(7, last);
    }

    [Fact]
    public void Events_of_a_handler_come_after_those_under_way_and_commands_wait_for_them()
    {
        var actor = Start();

        Do(actor, a =>
        {
            a.Persist("outer 1", e => Nest(a, e, "inner 1"));
            a.Persist("outer 2", e => Nest(a, e, "inner 2"));
        });
        actor.Tell("command");

        ExpectMsgs("outer 1", "outer 2", "inner 1", "inner 2", "command");

        static void Nest(Subject a, string outer, string inner)
        {
            a.Note(outer);
            a.Persist(inner, a.Note);
        }
    }

    [Fact]
    public void Asynchronous_events_of_an_asynchronous_handler_come_after_it()
    {
        var actor = Start();

        Do(actor, a => a.PersistAsync(3, e => Count(a, e)));

        ExpectMsgs(3, 2, 1, 0);

        static void Count(Subject a, int left)
        {
            a.Note(left);
            if (left > 0)
            {
                a.PersistAsync(left - 1, e => Count(a, e));
            }
        }
    }

    [Fact]
    public void Handler_has_the_sender_of_its_command()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        var one = CreateTestProbe();
        var two = CreateTestProbe();

        Do(actor, a => a.PersistAsync("persisted", e => a.Sender.Tell(e)), one);
        Do(actor, a => a.PersistAllAsync(["both", "both"], e => a.Sender.Tell(e)), two);
        Do(actor, a => a.DeferAsync("deferred", e => a.Sender.Tell(e)), one);
        Do(actor, a => a.Persist("waited for", e => a.Sender.Tell(e)), two);
        Do(actor, a => a.Sender.Tell("command"), one);
        gate.SetResult();

        one.ExpectMsg("persisted");
        one.ExpectMsg("deferred");
        one.ExpectMsg("command");
        two.ExpectMsg("both");
        two.ExpectMsg("both");
        two.ExpectMsg("waited for");
    }

    [Fact]
    public void Deferred_handler_runs_at_once_when_no_event_is_under_way()
    {
        var actor = Start();

        Do(actor, a =>
        {
            a.DeferAsync("1", a.Note);
            a.Note("2");
            a.Defer("3", a.Note);
            a.Note("4");
        });

        ExpectMsgs("1", "2", "3", "4");
        Assert.Empty(Script.Writes);
    }

    [Fact]
    public void Deferred_handler_runs_after_the_events_before_it_and_writes_nothing()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;

        Do(actor, a =>
        {
            a.PersistAsync("event", a.Note);
            a.DeferAsync("deferred", a.Note);
        });
        actor.Tell("command");

        ExpectMsgs("command");
        gate.SetResult();
        ExpectMsgs("event", "deferred");
        Assert.Equal(["event"], Script.Writes.SelectMany(write => write).SelectMany(events => events));
    }

    [Fact]
    public void Commands_wait_for_a_deferred_handler_but_not_for_an_asynchronous_one()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;

        Do(actor, a => a.PersistAsync("event", a.Note));
        Do(actor, a => a.DeferAsync("does not hold", a.Note));
        actor.Tell("received");
        Do(actor, a => a.Defer("holds", a.Note));
        actor.Tell("waits");

        ExpectMsgs("received");
        gate.SetResult();
        ExpectMsgs("event", "does not hold", "holds", "waits");
    }

    [Fact]
    public void Events_persisted_together_are_one_atomic_write()
    {
        var actor = Start();

        Do(actor, a =>
        {
            a.Persist("single", a.Note);
            a.PersistAll(["x", "y", "z"], a.Note);
        });

        ExpectMsgs("single", "x", "y", "z");
        var write = Assert.Single(Script.Writes);
        Assert.Equal([["single"], ["x", "y", "z"]], write);
    }

    [Fact]
    public void Persisting_no_events_does_nothing()
    {
        var actor = Start();

        Do(actor, a => a.PersistAll<string>([], a.Note));

        ExpectNothingMoreFrom(actor);
        Assert.Empty(Script.Writes);
    }

    [Fact]
    public void Events_that_gather_during_a_write_go_in_batches_up_to_the_limit()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;
        Do(actor, a => a.PersistAsync(0, e => a.Note(e)));
        for (var index = 1; index <= 450; index++)
        {
            var number = index;
            Do(actor, a => a.PersistAsync(number, e => a.Note(e)));
        }

        Do(actor, a => a.PersistAllAsync(Enumerable.Range(451, 300), e => a.Note(e)));
        actor.Tell("all sent");
        ExpectMsgs("all sent");
        gate.SetResult();

        ExpectMsgs([.. Enumerable.Range(0, 751).Cast<object>()]);
        Assert.Equal([1, 200, 200, 50, 300], Script.Writes.Select(write => write.Sum(events => events.Length)));
    }

    [Fact]
    public void Next_write_waits_for_the_answers_to_all_events_of_the_one_before()
    {
        // A journal that says that the write is done, and takes its time to answer for each event.
        var journal = CreateTestProbe();
        Extension.JournalFor("test.relay").Tell(journal.Ref, TestActor);
        var actor = Start(options: new Subject.Options { Journal = "test.relay" });
        journal.ExpectMsg<ReplayMessages>().PersistentActor.Tell(new RecoverySuccess(0));
        Do(actor, a => a.PersistAllAsync(["one", "two"], a.Note));
        Do(actor, a => a.PersistAsync("three", a.Note));
        ExpectNothingMoreFrom(actor);

        var first = journal.ExpectMsg<WriteMessages>();
        actor.Tell(WriteMessagesSuccessful.Instance);
        Answer(first, 0);
        ExpectMsgs("one");
        ExpectNothingMoreFrom(actor);
        journal.ExpectNoMsg(TimeSpan.Zero);
        Answer(first, 1);
        ExpectMsgs("two");

        Answer(journal.ExpectMsg<WriteMessages>(), 0);
        ExpectMsgs("three");

        static void Answer(WriteMessages request, int index)
        {
            var items = request.Messages.SelectMany(write => (IEnumerable<IPersistentRepresentation>)write.Payload);
            request.PersistentActor.Tell(new WriteMessageSuccess(items.ElementAt(index), request.ActorInstanceId));
        }
    }

    [Fact]
    public void One_write_is_under_way_at_a_time()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        Script.WriteGate = gate.Task;

        Do(actor, a => a.PersistAsync("one", a.Note));
        Do(actor, a => a.PersistAsync("two", a.Note));
        ExpectNothingMoreFrom(actor);

        AwaitCondition(() => Script.Writes.Count == 1);
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Assert.Single(Script.Writes);
        gate.SetResult();
        ExpectMsgs("one", "two");
        Assert.Equal(2, Script.Writes.Count);
    }
}
