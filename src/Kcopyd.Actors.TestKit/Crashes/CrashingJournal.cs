using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

namespace Kcopyd.Actors.TestKit.Crashes;

/// <summary>The journal plug-in over a <see cref="CrashingJournalStore"/>: every request is answered in the turn in
/// which it arrives, so that its order is the dispatcher's.</summary>
/// <remarks>It holds nothing; a crash of it loses the requests in its mailbox, and who asked times out.</remarks>
#pragma warning disable CA1812 // the actor system makes it, by name
internal sealed class CrashingJournal : ReceiveActor
#pragma warning restore CA1812
{
    private readonly CrashingJournalStore _store;

    /// <summary>Called by the actor system.</summary>
    public CrashingJournal(Config config)
    {
        _store = CrashingJournalStore.Find(config);
        Receive<WriteMessages>(OnWriteMessages);
        Receive<ReplayMessages>(OnReplayMessages);
        Receive<DeleteMessagesTo>(OnDeleteMessagesTo);
        Receive<ActorIdentity>(OnActorIdentity);
    }

    private void OnWriteMessages(WriteMessages request)
    {
        var messages = request.Messages.ToList();
        var events = messages.OfType<AtomicWrite>().SelectMany(Events).ToList();
        if (events.Count == 0)
        {
            Answer(request, messages, default);
            return;
        }

        if (Serialize(events, out var rows) is { } failure)
        {
            Answer(request, messages, new StoreOutcome { Failure = failure, IsRejected = true });
            return;
        }

        StoreOutcome outcome;
        lock (_store.Power.Gate)
        {
            var id = events[0].PersistenceId;
            outcome = _store.Power.IsOn
                ? _store.Store(PowerEvent.Append, id, () => _store.Find(id).Append(rows))
                : StoreOutcome.Silence;
        }

        if (!outcome.IsSilent)
        {
            Answer(request, messages, outcome);
        }

        if (outcome is { Armed: { } armed, Failure: null })
        {
            // When it answers, it has dealt with everything that it was sent above.
            request.PersistentActor.Tell(new Identify(armed));
        }
    }

    private void OnReplayMessages(ReplayMessages request)
    {
        var actor = request.PersistentActor;
        List<StoredPayload> rows;
        long highest;
        lock (_store.Power.Gate)
        {
            if (!_store.Power.IsOn)
            {
                return;
            }

            if (!_store.BeginReplay())
            {
                actor.Tell(new ReplayMessagesFailure(new JournalFaultException("injected fault: no replay")));
                return;
            }

            var stream = _store.Find(request.PersistenceId);
            highest = stream.HighestSequenceNr;
            rows = [.. stream.Events(request.FromSequenceNr, request.ToSequenceNr).Take(Limit(request.Max))];
        }

        foreach (var row in rows)
        {
            if (Read(row, out var payload) is { } failure)
            {
                actor.Tell(new ReplayMessagesFailure(failure));
                return;
            }

            actor.Tell(new ReplayedMessage(Represent(request.PersistenceId, row, payload)), ActorRefs.NoSender);
        }

        actor.Tell(new RecoverySuccess(highest));
    }

    private void OnDeleteMessagesTo(DeleteMessagesTo request)
    {
        var (to, actor) = (request.ToSequenceNr, request.PersistentActor);
        lock (_store.Power.Gate)
        {
            if (!_store.Power.IsOn)
            {
                return;
            }

            if (_store.IsReadOnly)
            {
                var failure = new JournalFaultException("attempt to write a readonly database");
                actor.Tell(new DeleteMessagesFailure(failure, to));
                return;
            }

            _store.Find(request.PersistenceId).DeleteEvents(to);
        }

        actor.Tell(new DeleteMessagesSuccess(to));
    }

    private void OnActorIdentity(ActorIdentity answer)
    {
        if (answer.MessageId is CutMoment armed)
        {
            _store.Power.Reach(armed, CutMoment.After);
        }
    }

    private static IEnumerable<IPersistentRepresentation> Events(AtomicWrite write) =>
        (IEnumerable<IPersistentRepresentation>)write.Payload;

    private static int Limit(long max) => (int)Math.Min(max, int.MaxValue);

    private static Persistent Represent(string persistenceId, StoredPayload row, object payload) => new(
        payload,
        row.SequenceNr,
        persistenceId,
        manifest: row.Manifest,
        isDeleted: false,
        sender: ActorRefs.NoSender,
        writerGuid: row.WriterGuid,
        timestamp: row.Timestamp);

    private static void Answer(WriteMessages request, List<IPersistentEnvelope> messages, StoreOutcome outcome)
    {
        var (actor, instance) = (request.PersistentActor, request.ActorInstanceId);
        actor.Tell(outcome.Failure is { } cause && !outcome.IsRejected
            ? new WriteMessagesFailed(cause, messages.OfType<AtomicWrite>().Count())
            : WriteMessagesSuccessful.Instance);
        foreach (var message in messages)
        {
            if (message is not AtomicWrite write)
            {
                actor.Tell(new LoopMessageSuccess(message.Payload, instance), message.Sender);
                continue;
            }

            foreach (var persistent in Events(write))
            {
                actor.Tell(AnswerTo(persistent, outcome, instance), persistent.Sender);
            }
        }
    }

    private static IJournalResponse AnswerTo(
        IPersistentRepresentation persistent, StoreOutcome outcome, int instance) => outcome switch
        {
            { Failure: null } => new WriteMessageSuccess(persistent, instance),
            { IsRejected: true } => new WriteMessageRejected(persistent, outcome.Failure, instance),
            _ => new WriteMessageFailure(persistent, outcome.Failure, instance),
        };

#pragma warning disable CA1031 // whatever a serializer throws, the one who wrote or reads the event is told
    private static Exception? Serialize(List<IPersistentRepresentation> events, out List<StoredPayload> rows)
    {
        rows = [];
        try
        {
            rows.AddRange(events.Select(persistent =>
                StoredPayload.Of(Context.System, persistent.SequenceNr, persistent.Payload!) with
                {
                    WriterGuid = persistent.WriterGuid,
                    Timestamp = persistent.Timestamp,
                }));
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    private static Exception? Read(StoredPayload row, out object payload)
    {
        try
        {
            payload = row.Read(Context.System);
            return null;
        }
        catch (Exception failure)
        {
            payload = failure;
            return failure;
        }
    }
#pragma warning restore CA1031
}
