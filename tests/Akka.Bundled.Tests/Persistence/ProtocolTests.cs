using System.Collections.Immutable;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Akka.Persistence.Snapshot;

namespace Akka.Bundled.Tests.Persistence;

public sealed class ProtocolTests : PersistenceTest
{
    [Fact]
    public void Events_of_an_atomic_write_are_of_one_persistence_id()
    {
        IPersistentRepresentation one = new Akka.Persistence.Persistent("x", 4, "a");
        IPersistentRepresentation two = new Akka.Persistence.Persistent("y", 5, "a");
        IPersistentRepresentation other = new Akka.Persistence.Persistent("z", 6, "b");

        var write = new AtomicWrite(ImmutableList.Create(one, two));

        Assert.Equal(("a", 2), (write.PersistenceId, write.Size));
        Assert.Equal((4L, 5L), (write.LowestSequenceNr, write.HighestSequenceNr));
        Assert.Throws<ArgumentException>(() => new AtomicWrite(ImmutableList.Create(one, other)));
        Assert.Throws<ArgumentException>(() => new AtomicWrite(ImmutableList<IPersistentRepresentation>.Empty));
    }

    [Fact]
    public void Event_changes_only_what_it_is_asked_to()
    {
        var one = new Akka.Persistence.Persistent("x", 4, "a", "m", true, TestActor, "w", 99);

        Assert.Equal(new Akka.Persistence.Persistent("y", 4, "a", "m", true, null, "w"), one.WithPayload("y"));
        Assert.Equal("n", one.WithManifest("n").Manifest);
        Assert.Equal(7, one.WithTimestamp(7).Timestamp);
        var updated = one.Update(5, "b", false, null, "v");
        Assert.Equal(new Akka.Persistence.Persistent("x", 5, "b", "m", false, null, "v"), updated);
        Assert.Equal(99, updated.Timestamp);
        Assert.NotEqual<object>(one, updated);
    }

    [Fact]
    public void Tagged_events_with_the_same_tags_are_equal()
    {
        Assert.Equal(new Tagged("x", ["a", "b"]), new Tagged("x", ["b", "a"]));
        Assert.NotEqual(new Tagged("x", ["a"]), new Tagged("x", ["b"]));
    }

    [Fact]
    public void Journal_stores_events_with_the_time_and_without_the_sender()
    {
        var actor = Start();
        var before = Sys.Scheduler.Now.UtcTicks;
        Do(actor, a => a.Persist("event", a.Note), TestActor);
        ExpectMsgs("event");

        Journal.Tell(new ReplayMessages(1, 9, 9, "a", TestActor), TestActor);

        var item = ExpectMsg<ReplayedMessage>().Persistent;
        Assert.Null(item.Sender);
        Assert.InRange(item.Timestamp, before, Sys.Scheduler.Now.UtcTicks);
        Assert.NotEmpty(item.WriterGuid);
        Assert.Equal(1, ExpectMsg<RecoverySuccess>().HighestSequenceNr);
    }

    [Fact]
    public void Plug_in_is_found_by_the_name_of_the_published_assembly()
    {
        var journal = Extension.JournalFor("akka.persistence.journal.inmem");
        journal.Tell(new ReplayMessages(1, 9, 9, "a", TestActor), TestActor);
        Assert.Equal(0, ExpectMsg<RecoverySuccess>().HighestSequenceNr);

        Assert.StartsWith(
            typeof(MemorySnapshotStore).FullName,
            Sys.Settings.Config.GetString("akka.persistence.snapshot-store.inmem.class", ""),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Message_that_a_plug_in_does_not_know_is_unhandled()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Akka.Event.UnhandledMessage));

        Journal.Tell("what?", TestActor);
        Extension.SnapshotStoreFor(null).Tell("who?", TestActor);

        var messages = ReceiveN(2).Cast<Akka.Event.UnhandledMessage>().Select(unhandled => unhandled.Message);
        Assert.Equal(["what?", "who?"], messages.OrderBy(message => message is "who?"));
    }
}
