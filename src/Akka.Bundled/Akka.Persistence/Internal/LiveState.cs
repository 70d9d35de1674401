using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>A phase after the recovery: the journal answers for events.</summary>
internal abstract class LiveState(Eventsourced actor) : EventsourcedState(actor)
{
    /// <inheritdoc/>
    public override bool IsRecovering => false;

    /// <inheritdoc/>
    public override void Receive(Receive behaviour, object message)
    {
        switch (message)
        {
            case WriteMessageSuccess success when IsOwn(success.ActorInstanceId):
                Written(success.Persistent);
                break;
            case WriteMessageRejected rejected when IsOwn(rejected.ActorInstanceId):
                Rejected(rejected);
                break;
            case WriteMessageFailure failure when IsOwn(failure.ActorInstanceId):
                Actor.FailPersist(failure);
                break;
            case LoopMessageSuccess loop when IsOwn(loop.ActorInstanceId):
                Actor.Turn(() => Actor.Events.RunHandler(loop.Message!));
                break;
            case WriteMessagesSuccessful or WriteMessagesFailed or WriteMessageSuccess or WriteMessageRejected
                or WriteMessageFailure or LoopMessageSuccess or RecoveryMessage or RecoveryPermit.Granted:
                // The answer for each event follows the first two; the others are of an earlier life.
                break;
            default:
                Command(behaviour, message);
                break;
        }
    }

    protected abstract void Command(Receive behaviour, object message);

    private bool IsOwn(int instance) => instance == Actor.Instance;

    private void Written(IPersistentRepresentation item)
    {
        Actor.LastSequenceNr = item.SequenceNr;
        Actor.Turn(() => Actor.Events.RunHandler(item.Payload));
    }

    private void Rejected(WriteMessageRejected rejected)
    {
        var item = rejected.Persistent;
        Actor.LastSequenceNr = item.SequenceNr;
        Actor.Events.DropHandler();
        Actor.Turn(() => Actor.RejectPersist(rejected.Cause, item));
    }
}
