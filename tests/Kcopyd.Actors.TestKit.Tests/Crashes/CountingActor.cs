using Akka.Persistence;

namespace Kcopyd.Actors.TestKit.Tests.Crashes;

/// <summary>Persists what it is sent and remembers what it persisted; with every third event it saves a snapshot and
/// deletes what came before.</summary>
internal sealed class CountingActor : ReceivePersistentActor
{
    private readonly List<string> _events;
    private readonly List<Exception> _failures;

    public CountingActor(string persistenceId, List<string> events, List<Exception> failures)
    {
        (PersistenceId, _events, _failures) = (persistenceId, events, failures);
        _events.Clear();
        Recover<string>(_events.Add);
        Recover<SnapshotOffer>(offer => _events.AddRange(((string)offer.Snapshot).Split(',')));
        Command<string>(text => Persist(text, OnPersisted));
        Command<SaveSnapshotSuccess>(saved => DeleteMessages(saved.Metadata.SequenceNr));
        Command<DeleteMessagesSuccess>(deleted =>
            DeleteSnapshots(new SnapshotSelectionCriteria(deleted.ToSequenceNr - 1)));
    }

    public override string PersistenceId { get; }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _failures.Add(cause);

    private void OnPersisted(string text)
    {
        _events.Add(text);
        if (_events.Count % 3 == 0)
        {
            SaveSnapshot(string.Join(',', _events));
        }
    }
}
