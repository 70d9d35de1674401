using Akka.Actor;
using Akka.Persistence;

namespace Akka.Bundled.Tests.Sql;

/// <summary>Adds up what it is told, one event each; "save" is a snapshot and the deletion of what is before it; "sum"
/// asks.</summary>
public sealed class CountingActor : ReceivePersistentActor
{
    private readonly IActorRef _probe;
    private long _sum;
    private int _recovered;

    public CountingActor(string id, IActorRef probe)
    {
        PersistenceId = id;
        _probe = probe;
        Recover<SnapshotOffer>(offer => _sum = (long)offer.Snapshot);
        Recover<int>(number =>
        {
            _sum += number;
            _recovered++;
        });
        Command<int>(number => Persist(number, _ =>
        {
            _sum += number;
            _probe.Tell(_sum);
        }));
        Command<string>(text => text == "save", _ => SaveSnapshot(_sum));
        Command<string>(text => text == "sum", _ => _probe.Tell($"{_sum} of {_recovered} events"));
        Command<SaveSnapshotSuccess>(saved => DeleteMessages(saved.Metadata.SequenceNr));
        Command<DeleteMessagesSuccess>(deleted => _probe.Tell(deleted));
    }

    public override string PersistenceId { get; }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _probe.Tell($"failed: {cause.Message}");
}
