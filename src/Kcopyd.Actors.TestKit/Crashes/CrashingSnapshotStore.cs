using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>The snapshot store plug-in over a <see cref="CrashingJournalStore"/>: every request is answered in the turn
/// in which it arrives.</summary>
/// <remarks>It holds nothing; a crash of it loses the requests in its mailbox, and who asked times out.</remarks>
#pragma warning disable CA1812 // the actor system makes it, by name
internal sealed class CrashingSnapshotStore : ReceiveActor
#pragma warning restore CA1812
{
    private readonly CrashingJournalStore _store;

    /// <summary>Called by the actor system.</summary>
    public CrashingSnapshotStore(Config config)
    {
        _store = CrashingJournalStore.Find(config);
        Receive<SaveSnapshot>(OnSaveSnapshot);
        Receive<LoadSnapshot>(OnLoadSnapshot);
        Receive<DeleteSnapshot>(OnDeleteSnapshot);
        Receive<DeleteSnapshots>(OnDeleteSnapshots);
        Receive<ActorIdentity>(OnActorIdentity);
    }

    private static bool IsMatch(StoredPayload snapshot, SnapshotSelectionCriteria criteria)
    {
        var time = new DateTime(snapshot.Timestamp);
        return snapshot.SequenceNr >= criteria.MinSequenceNr
            && snapshot.SequenceNr <= criteria.MaxSequenceNr
            && time >= (criteria.MinTimestamp ?? DateTime.MinValue)
            && time <= criteria.MaxTimeStamp;
    }

    private void OnSaveSnapshot(SaveSnapshot request)
    {
        var metadata = request.Metadata;
        if (Serialize(request) is not { } row)
        {
            return;
        }

        StoreOutcome outcome;
        lock (_store.Power.Gate)
        {
            outcome = _store.Power.IsOn
                ? _store.Store(
                    PowerEvent.Snapshot, metadata.PersistenceId, () => _store.Find(metadata.PersistenceId).Save(row))
                : StoreOutcome.Silence;
        }

        if (outcome.IsSilent)
        {
            return;
        }

        if (outcome.Failure is { } failure)
        {
            Sender.Tell(new SaveSnapshotFailure(metadata, failure));
            return;
        }

        Sender.Tell(new SaveSnapshotSuccess(metadata));
        if (outcome.Armed is { } armed)
        {
            // When it answers, it has dealt with the answer above.
            Sender.Tell(new Identify(armed));
        }
    }

    private void OnLoadSnapshot(LoadSnapshot request)
    {
        StoredPayload? newest;
        lock (_store.Power.Gate)
        {
            if (!_store.Power.IsOn)
            {
                return;
            }

            newest = _store.Find(request.PersistenceId).Snapshots.LastOrDefault(snapshot =>
                snapshot.SequenceNr <= request.ToSequenceNr && IsMatch(snapshot, request.Criteria));
        }

        if (newest is null)
        {
            Sender.Tell(new LoadSnapshotResult(null!, request.ToSequenceNr));
            return;
        }

#pragma warning disable CA1031 // whatever a serializer throws, the one who reads the snapshot is told
        try
        {
            var (sequenceNr, time) = (newest.SequenceNr, new DateTime(newest.Timestamp));
            var metadata = new SnapshotMetadata(request.PersistenceId, sequenceNr, time);
            var selected = new SelectedSnapshot(metadata, newest.Read(Context.System));
            Sender.Tell(new LoadSnapshotResult(selected, request.ToSequenceNr));
        }
        catch (Exception failure)
        {
            Sender.Tell(new LoadSnapshotFailed(failure));
        }
#pragma warning restore CA1031
    }

    private void OnDeleteSnapshot(DeleteSnapshot request)
    {
        var (metadata, time) = (request.Metadata, request.Metadata.Timestamp);
        Delete(
            metadata.PersistenceId,
            snapshot => snapshot.SequenceNr == metadata.SequenceNr
                && (time == DateTime.MinValue || time.Ticks == snapshot.Timestamp),
            new DeleteSnapshotSuccess(metadata),
            failure => new DeleteSnapshotFailure(metadata, failure));
    }

    private void OnDeleteSnapshots(DeleteSnapshots request) => Delete(
        request.PersistenceId,
        snapshot => IsMatch(snapshot, request.Criteria),
        new DeleteSnapshotsSuccess(request.Criteria),
        failure => new DeleteSnapshotsFailure(request.Criteria, failure));

    private void OnActorIdentity(ActorIdentity answer)
    {
        if (answer.MessageId is CutMoment armed)
        {
            _store.Power.Reach(armed, CutMoment.After);
        }
    }

    private void Delete(
        string persistenceId, Predicate<StoredPayload> which, object success, Func<Exception, object> failed)
    {
        lock (_store.Power.Gate)
        {
            if (!_store.Power.IsOn)
            {
                return;
            }

            if (_store.IsReadOnly)
            {
                Sender.Tell(failed(new JournalFaultException("attempt to write a readonly database")));
                return;
            }

            _store.Find(persistenceId).DeleteSnapshots(which);
        }

        Sender.Tell(success);
    }

    private StoredPayload? Serialize(SaveSnapshot request)
    {
#pragma warning disable CA1031 // whatever a serializer throws, the one who saves is told
        try
        {
            var row = StoredPayload.Of(Context.System, request.Metadata.SequenceNr, request.Snapshot);
            return row with { Timestamp = request.Metadata.Timestamp.Ticks };
        }
        catch (Exception failure)
        {
            Sender.Tell(new SaveSnapshotFailure(request.Metadata, failure));
            return null;
        }
#pragma warning restore CA1031
    }
}
