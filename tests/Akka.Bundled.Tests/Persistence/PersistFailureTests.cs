using Akka.Actor;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

public sealed class PersistFailureTests : PersistenceTest
{
    private static TimeSpan Patience => TimeSpan.FromSeconds(10);

    [Fact]
    public void Actor_goes_on_after_a_rejection_without_the_handler_of_the_rejected_event()
    {
        Script.Reject = write => write.HighestSequenceNr == 2 ? new InvalidOperationException("too big") : null;
        var actor = Start();

        Do(actor, a =>
        {
            a.Persist("one", a.Note);
            a.Persist("two", a.Note);
            a.Persist("three", a.Note);
        });
        actor.Tell("command");

        ExpectMsgs("one", new Subject.PersistRejected("too big", "two", 2), "three", "command");
        Stop(actor);
        Assert.Equal(["one", "three", RecoveryCompleted.Instance], Recover("a").Recovered);
    }

    [Fact]
    public void Events_persisted_together_are_rejected_together()
    {
        Script.Reject = write => write.Size > 1 ? new InvalidOperationException("no") : null;
        var actor = Start();

        Do(actor, a => a.PersistAll(["one", "two"], a.Note));
        Do(actor, a => a.Persist("three", a.Note));

        ExpectMsgs(
            new Subject.PersistRejected("no", "one", 1), new Subject.PersistRejected("no", "two", 2), "three");
        Stop(actor);
        Assert.Equal(["three", RecoveryCompleted.Instance], Recover("a").Recovered);
    }

    [Fact]
    public void Actor_stops_when_it_is_unknown_whether_an_event_is_written()
    {
        Script.Fail = write => write.HighestSequenceNr == 3 ? new InvalidOperationException("disk") : null;
        var actor = Start();
        Watch(actor);

        Do(actor, a => a.Persist("one", a.Note));
        ExpectMsgs("one");
        Do(actor, a =>
        {
            a.PersistAll(["two", "three"], a.Note);
            a.Persist("four", a.Note);
        });

        ExpectMsgs(new Subject.PersistFailed("disk", "two", 2));
        ExpectTerminated(actor);
    }

    [Fact]
    public void Write_that_is_reported_as_failed_but_happened_is_recovered()
    {
        Script.Fail = static _ => new TimeoutException("no answer");
        var actor = Start();
        Watch(actor);
        Do(actor, a => a.Persist("happened", a.Note));
        ExpectMsgs(new Subject.PersistFailed("no answer", "happened", 1));
        ExpectTerminated(actor);

        var (recovered, last) = Recover("a");

        Assert.Equal(["happened", RecoveryCompleted.Instance], recovered);
        Assert.Equal(1, last);
    }

    [Fact]
    public void Number_that_another_writer_took_stops_only_the_actor_that_lost()
    {
        var loser = Start();
        var other = Start("b");
        ExpectNothingMoreFrom(loser);
        var winner = Start();
        ExpectNothingMoreFrom(winner);
        Do(winner, a => a.Persist("won", a.Note));
        ExpectMsgs("won");
        Watch(loser);

        Do(loser, a => a.Persist("lost", a.Note));
        Do(other, a => a.Persist("other", a.Note));

        var messages = new[] { ReceiveOne(Patience), ReceiveOne(Patience), ReceiveOne(Patience) };
        Assert.Single(messages.OfType<Subject.PersistFailed>(), failed => (string)failed.Event == "lost");
        Assert.Contains("other", messages);
        Assert.Single(messages.OfType<Terminated>());
        Assert.Equal(["won", RecoveryCompleted.Instance], Recover("a").Recovered);
    }

    [Fact]
    public void Results_that_do_not_match_the_writes_fail_them()
    {
        Script.HasSuperfluousResult = true;
        var actor = Start();
        Watch(actor);

        Do(actor, a => a.Persist("one", a.Note));

        Assert.Equal("one", ExpectMsg<Subject.PersistFailed>().Event);
        ExpectTerminated(actor);
    }

    [Fact]
    public void Failed_write_is_answered_for_each_event_and_gives_other_messages_back_at_their_place()
    {
        var write = new AtomicWrite(new Akka.Persistence.Persistent("x", 1, "x", sender: TestActor));
        var envelopes = new IPersistentEnvelope[] { write, new Looped("loop", TestActor), write };
        Script.Fail = static _ => new InvalidOperationException("disk");

        Journal.Tell(new WriteMessages(envelopes, TestActor, 7), TestActor);

        Assert.Equal(2, ExpectMsg<WriteMessagesFailed>().WriteCount);
        Assert.Equal(7, ExpectMsg<WriteMessageFailure>().ActorInstanceId);
        Assert.Equal("loop", ExpectMsg<LoopMessageSuccess>().Message);
        ExpectMsg<WriteMessageFailure>();
    }

    private sealed record Looped(object Payload, IActorRef Sender) : IPersistentEnvelope
    {
        public int Size => 1;
    }
}
