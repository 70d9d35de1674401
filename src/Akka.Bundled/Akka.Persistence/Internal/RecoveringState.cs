using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>A phase of a recovery: commands wait, answers of an earlier life are dropped.</summary>
internal abstract class RecoveringState(Eventsourced actor) : EventsourcedState(actor)
{
    private bool _heard;

    /// <inheritdoc/>
    public override bool IsRecovering => true;

    /// <summary>What is waited for, as in a sentence.</summary>
    protected abstract string Awaited { get; }

    /// <inheritdoc/>
    public override void Receive(Receive behaviour, object message)
    {
        switch (message)
        {
            case RecoveryMessage.Answer answer when ReferenceEquals(answer.Session, Actor.Session):
                _heard = true;
                Answered(answer.Message);
                break;
            case RecoveryMessage.CheckDue due when ReferenceEquals(due.Session, Actor.Session):
                Check();
                break;
            case RecoveryPermit.Granted:
                Granted();
                break;
            case RecoveryMessage or WriteMessageSuccess or WriteMessageRejected or WriteMessageFailure
                or LoopMessageSuccess or WriteMessagesSuccessful or WriteMessagesFailed:
                break;
            default:
                Actor.Commands.AddCurrent();
                break;
        }
    }

    protected virtual void Granted()
    {
    }

    protected abstract void Answered(object message);

    private void Check()
    {
        if (!_heard)
        {
            Actor.FailRecovery(new RecoveryTimedOutException(
                $"Recovery of {Actor.PersistenceId} got no {Awaited} within {Actor.RecoveryEventTimeout}."));
        }

        _heard = false;
    }
}
