using Akka.Actor;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Persistence;

public sealed class SnapshotTests : PersistenceTest
{
    [Fact]
    public void Recovery_begins_with_the_latest_snapshot_and_goes_on_with_the_events_after_it()
    {
        var actor = Start();
        Persist(actor, 1, 2);
        Save(actor, "1+2");
        Persist(actor, 3);
        Save(actor, "1+2+3");
        Persist(actor, 4, 5);
        Stop(actor);

        var (recovered, last) = Recover("a");

        var offer = Assert.IsType<SnapshotOffer>(recovered[0]);
        Assert.Equal(("1+2+3", "a", 3L), (offer.Snapshot, offer.Metadata.PersistenceId, offer.Metadata.SequenceNr));
        Assert.Equal([4, 5, RecoveryCompleted.Instance], recovered[1..]);
        Assert.Equal(5, last);
    }

    [Fact]
    public void Snapshot_has_the_number_of_the_last_event_and_the_time()
    {
        var actor = Start();
        Persist(actor, 1, 2, 3);
        var before = Sys.Scheduler.Now.UtcDateTime;

        var metadata = Save(actor, "state");

        Assert.Equal(("a", 3L), (metadata.PersistenceId, metadata.SequenceNr));
        Assert.InRange(metadata.Timestamp, before, Sys.Scheduler.Now.UtcDateTime);
    }

    [Fact]
    public void Snapshot_after_the_end_of_a_recovery_is_not_offered()
    {
        var actor = Start();
        Persist(actor, 1);
        Save(actor, "1");
        Persist(actor, 2);
        Save(actor, "1+2");
        Stop(actor);

        var recovered = Recover("a", new Subject.Options
        {
            Recovery = new Recovery(SnapshotSelectionCriteria.Latest, toSequenceNr: 1),
        }).Recovered;

        Assert.Equal("1", Assert.IsType<SnapshotOffer>(recovered[0]).Snapshot);
        Assert.Equal([RecoveryCompleted.Instance], recovered[1..]);
    }

    [Fact]
    public void Recovery_may_do_without_snapshots()
    {
        var actor = Start();
        Persist(actor, 1, 2);
        Save(actor, "1+2");
        Stop(actor);

        var recovered = Recover("a", new Subject.Options
        {
            Recovery = new Recovery(SnapshotSelectionCriteria.None),
        }).Recovered;

        Assert.Equal([1, 2, RecoveryCompleted.Instance], recovered);
    }

    [Fact]
    public void Deleted_snapshot_is_not_offered()
    {
        var actor = Start();
        Persist(actor, 1);
        Save(actor, "1");
        Persist(actor, 2);
        Save(actor, "1+2");

        Do(actor, a => a.DeleteSnapshot(2));

        Assert.Equal(2, ExpectMsg<DeleteSnapshotSuccess>().Metadata.SequenceNr);
        Stop(actor);
        Assert.Equal("1", Assert.IsType<SnapshotOffer>(Recover("a").Recovered[0]).Snapshot);
    }

    [Fact]
    public void Snapshots_are_deleted_by_criteria()
    {
        var actor = Start();
        for (var index = 1; index <= 3; index++)
        {
            Persist(actor, index);
            Save(actor, $"{index}");
        }

        var criteria = new SnapshotSelectionCriteria(2);
        Do(actor, a => a.DeleteSnapshots(criteria));
        Assert.Equal(criteria, ExpectMsg<DeleteSnapshotsSuccess>().Criteria);

        Assert.Equal("3", Load(actor, SnapshotSelectionCriteria.Latest)?.Snapshot);
        Assert.Null(Load(actor, new SnapshotSelectionCriteria(2)));
    }

    [Fact]
    public void Snapshot_is_loaded_on_demand()
    {
        var actor = Start();
        Persist(actor, 1);
        var metadata = Save(actor, "1");

        Assert.Equal(new SelectedSnapshot(metadata, "1"), Load(actor, SnapshotSelectionCriteria.Latest));
        var earlier = new SnapshotSelectionCriteria(long.MaxValue, metadata.Timestamp.AddTicks(-1));
        Assert.Null(Load(actor, earlier));
        Assert.Null(Load(actor, new SnapshotSelectionCriteria(9, DateTime.MaxValue, 2)));
    }

    [Fact]
    public void Snapshot_of_the_same_number_takes_the_place_of_the_one_before()
    {
        var actor = Start();
        Persist(actor, 1);
        Save(actor, "old");
        Save(actor, "new");

        Assert.Equal("new", Load(actor, SnapshotSelectionCriteria.Latest)?.Snapshot);
        Do(actor, a => a.DeleteSnapshot(1));
        ExpectMsg<DeleteSnapshotSuccess>();
        Assert.Null(Load(actor, SnapshotSelectionCriteria.Latest));
    }

    [Fact]
    public void Deleted_events_are_not_replayed_and_their_numbers_not_used_again()
    {
        var actor = Start();
        Persist(actor, 1, 2, 3);
        Save(actor, "1+2+3");
        Persist(actor, 4);

        Do(actor, a => a.DeleteMessages(3));

        Assert.Equal(3, ExpectMsg<DeleteMessagesSuccess>().ToSequenceNr);
        Stop(actor);
        var none = new Subject.Options { Recovery = new Recovery(SnapshotSelectionCriteria.None) };
        Assert.Equal([4, RecoveryCompleted.Instance], Recover("a", none).Recovered);
        actor = Start();
        Do(actor, a => a.DeleteMessages(long.MaxValue));
        ExpectMsg<DeleteMessagesSuccess>();
        Stop(actor);
        var (recovered, last) = Recover("a", none);
        Assert.Equal([RecoveryCompleted.Instance], recovered);
        Assert.Equal(4, last);
    }

    [Fact]
    public void Events_that_do_not_exist_yet_cannot_be_deleted()
    {
        var actor = Start();
        Persist(actor, 1);

        Do(actor, a => a.DeleteMessages(2));

        Assert.Equal(2, ExpectMsg<DeleteMessagesFailure>().ToSequenceNr);
        Stop(actor);
        Assert.Equal([1, RecoveryCompleted.Instance], Recover("a").Recovered);
    }

    [Fact]
    public void Deletion_that_fails_is_told()
    {
        Script.FailDelete = new InvalidOperationException("locked");
        var actor = Start();
        Persist(actor, 1);

        Do(actor, a => a.DeleteMessages(1));

        Assert.Equal("locked", ExpectMsg<DeleteMessagesFailure>().Cause.Message);
    }

    [Fact]
    public void Failures_of_the_store_are_told()
    {
        var actor = Start(options: new Subject.Options
        {
            SnapshotStore = "test.failing-snapshots",
            Recovery = new Recovery(SnapshotSelectionCriteria.None),
        });

        Do(actor, a => a.SaveSnapshot("state"));
        Assert.Equal("store", ExpectMsg<SaveSnapshotFailure>().Cause.Message);
        Do(actor, a => a.DeleteSnapshot(1));
        Assert.Equal("store", ExpectMsg<DeleteSnapshotFailure>().Cause.Message);
        Do(actor, a => a.DeleteSnapshots(SnapshotSelectionCriteria.Latest));
        Assert.Equal("store", ExpectMsg<DeleteSnapshotsFailure>().Cause.Message);
        Do(actor, a => a.LoadSnapshot("a", SnapshotSelectionCriteria.Latest, 9));
        Assert.Equal("store", ExpectMsg<LoadSnapshotFailed>().Cause.Message);
    }

    [Fact]
    public void Actor_stops_when_its_snapshot_cannot_be_loaded()
    {
        var actor = Start(options: new Subject.Options { SnapshotStore = "test.failing-snapshots" });
        Watch(actor);

        ExpectMsgs(new Subject.RecoveryFailed("store", typeof(InvalidOperationException), null));
        ExpectTerminated(actor);
    }

    [Fact]
    public void Actor_stops_when_it_cannot_take_its_snapshot()
    {
        var actor = Start();
        Persist(actor, 1);
        Save(actor, "state");
        Stop(actor);
        var failing = Start(options: new Subject.Options { OnRecover = (_, _) => throw new FormatException("state?") });
        Watch(failing);

        Assert.IsType<SnapshotOffer>(ExpectMsg<Subject.RecoveryFailed>().Message);
        ExpectTerminated(failing);
    }

    [Fact]
    public void Store_that_stores_nothing_lets_actors_recover_and_refuses_snapshots()
    {
        var actor = Start(options: new Subject.Options { SnapshotStore = "akka.persistence.no-snapshot-store" });
        Persist(actor, 1);

        Do(actor, a => a.SaveSnapshot("state"));

        ExpectMsg<SaveSnapshotFailure>();
    }

    private void Persist(IActorRef actor, params int[] events)
    {
        Do(actor, a => a.PersistAll(events, e => a.Note(e)));
        ExpectMsgs([.. events.Cast<object>()]);
    }

    private SnapshotMetadata Save(IActorRef actor, string state)
    {
        Do(actor, a => a.SaveSnapshot(state));
        return ExpectMsg<SaveSnapshotSuccess>().Metadata;
    }

    private SelectedSnapshot? Load(IActorRef actor, SnapshotSelectionCriteria criteria)
    {
        Do(actor, a => a.LoadSnapshot("a", criteria, long.MaxValue));
        return ExpectMsg<LoadSnapshotResult>().Snapshot;
    }
}
