using Akka.Actor;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

public sealed class RecoveryTests : PersistenceTest
{
    [Fact]
    public void Commands_wait_for_the_recovery()
    {
        Write("a", 1, 2, 3);
        var gate = new TaskCompletionSource();
        Script.ReplayGate = gate.Task;
        var actor = Start();
        Do(actor, a => a.Note((a.IsRecovering, a.IsRecoveryFinished, a.State.Count)));
        actor.Tell("last");

        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        gate.SetResult();

        ExpectMsgs((false, true, 4), "last");
    }

    [Fact]
    public void Actor_knows_that_it_recovers_until_the_recovery_is_completed()
    {
        Write("a", 1, 2);

        Start(options: new Subject.Options { OnRecover = (a, m) => a.Note((m, a.IsRecovering, a.LastSequenceNr)) });

        object completed = RecoveryCompleted.Instance;
        ExpectMsgs(((object)1, true, 1L), ((object)2, true, 2L), (completed, false, 2L));
    }

    [Fact]
    public void Actor_without_events_completes_its_recovery()
    {
        var (recovered, last) = Recover("new");

        Assert.Equal([RecoveryCompleted.Instance], recovered);
        Assert.Equal(0, last);
    }

    [Fact]
    public void Recovery_may_end_at_a_sequence_number_and_the_next_event_follows_the_highest()
    {
        Write("a", 1, 2, 3, 4);
        var actor = Start(options: new Subject.Options
        {
            Recovery = new Recovery(SnapshotSelectionCriteria.Latest, toSequenceNr: 2),
        });

        Do(actor, a => a.Persist(5, e => a.Note((string.Join(",", a.State.OfType<int>()), a.LastSequenceNr))));

        ExpectMsgs(("1,2", 5L));
        Stop(actor);
        Assert.Equal([1, 2, 3, 4, 5], Recover("a").Recovered.OfType<int>());
    }

    [Fact]
    public void Recovery_may_be_limited_to_a_number_of_events()
    {
        Write("a", 1, 2, 3, 4);

        var (recovered, last) = Recover("a", new Subject.Options
        {
            Recovery = new Recovery(SnapshotSelectionCriteria.Latest, replayMax: 3),
        });

        Assert.Equal([1, 2, 3, RecoveryCompleted.Instance], recovered);
        Assert.Equal(4, last);
    }

    [Fact]
    public void Recovery_may_be_left_out()
    {
        Write("a", 1, 2);

        var (recovered, last) = Recover("a", new Subject.Options { Recovery = Recovery.None });

        Assert.Equal([RecoveryCompleted.Instance], recovered);
        Assert.Equal(2, last);
    }

    [Fact]
    public void Events_may_be_persisted_when_the_recovery_is_completed_and_commands_wait_for_them()
    {
        var actor = Start(options: new Subject.Options
        {
            OnRecover = (a, message) =>
            {
                if (message is RecoveryCompleted)
                {
                    a.Persist("first", a.Note);
                }
            },
        });
        actor.Tell("command");

        ExpectMsgs("first", "command");
    }

    [Fact]
    public void Nothing_is_persisted_during_a_recovery()
    {
        Write("a", 1);
        var actor = Start(options: new Subject.Options { OnRecover = (a, _) => a.Persist("again", a.Note) });
        Watch(actor);

        var failed = ExpectMsg<Subject.RecoveryFailed>();

        Assert.Equal((typeof(InvalidOperationException), 1), (failed.Type, failed.Message));
        ExpectTerminated(actor);
        Assert.Equal([1, RecoveryCompleted.Instance], Recover("a").Recovered);
    }

    [Fact]
    public void Actor_stops_when_it_cannot_take_an_event_of_the_past()
    {
        Write("a", 1, 2, 3);
        var actor = Start(options: new Subject.Options
        {
            OnRecover = (_, message) =>
            {
                if (message is 2)
                {
                    throw new FormatException("two?");
                }
            },
        });
        Watch(actor);

        ExpectMsgs(new Subject.RecoveryFailed("two?", typeof(FormatException), 2));
        ExpectTerminated(actor);
    }

    [Fact]
    public void Actor_stops_when_the_journal_fails_halfway()
    {
        Write("a", 1, 2, 3);
        Script.FailReplay = item => item.SequenceNr == 3 ? new InvalidDataException("damaged") : null;
        var actor = Start(options: new Subject.Options { OnRecover = (a, message) => a.Note(message) });
        Watch(actor);

        ExpectMsgs(1, 2, new Subject.RecoveryFailed("damaged", typeof(InvalidDataException), null));
        ExpectTerminated(actor);
    }

    [Fact]
    public void Actor_whose_recovery_failed_recovers_when_the_trouble_is_over()
    {
        Write("a", 1);
        Script.FailReplay = static _ => new InvalidDataException("damaged");
        var actor = Start();
        Watch(actor);
        ExpectMsg<Subject.RecoveryFailed>();
        ExpectTerminated(actor);

        Script.FailReplay = static _ => null;

        Assert.Equal([1, RecoveryCompleted.Instance], Recover("a").Recovered);
    }

    [Fact]
    public void Journals_are_chosen_by_their_sections()
    {
        var elsewhere = new Subject.Options { Journal = "test.other-journal" };
        var actor = Start(options: elsewhere);
        Do(actor, a => a.Persist("elsewhere", a.Note));
        ExpectMsgs("elsewhere");
        Stop(actor);

        Assert.Equal(["elsewhere", RecoveryCompleted.Instance], Recover("a", elsewhere).Recovered);
        Assert.Equal([RecoveryCompleted.Instance], Recover("a").Recovered);
    }

    [Fact]
    public void Actor_with_a_journal_that_is_not_configured_does_not_start()
    {
        var actor = Start(options: new Subject.Options { Journal = "test.no-such-journal" });

        Watch(actor);

        ExpectTerminated(actor);
    }

    [Fact]
    public void Plug_ins_that_are_not_configured_are_named()
    {
        var missing = Assert.Throws<ArgumentException>(() => Extension.JournalFor("test.no-such-journal"));
        Assert.Contains("test.no-such-journal", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plug_in_is_started_once()
    {
        Assert.Same(Extension.JournalFor(""), Extension.JournalFor("test.journal"));
        Assert.NotSame(Extension.JournalFor(""), Extension.JournalFor("test.other-journal"));
    }

    private void Write(string id, params int[] events)
    {
        var actor = Start(id);
        Do(actor, a => a.PersistAll(events, e => a.Note(e)));
        ExpectMsgs([.. events.Cast<object>()]);
        Stop(actor);
    }
}
