namespace Akka.Persistence.Internal;

/// <summary>The actor gets its events of the past.</summary>
internal sealed class Recovering(Eventsourced actor) : RecoveringState(actor)
{
    /// <inheritdoc/>
    protected override string Awaited => "event";

    /// <inheritdoc/>
    protected override void Answered(object message)
    {
        switch (message)
        {
            case ReplayedMessage replayed:
                Actor.LastSequenceNr = replayed.Persistent.SequenceNr;
                Actor.TryRecover(replayed.Persistent.Payload);
                break;
            case RecoverySuccess success:
                Actor.LastSequenceNr = Math.Max(Actor.LastSequenceNr, success.HighestSequenceNr);
                Actor.CompleteRecovery();
                break;
            case ReplayMessagesFailure failure:
                Actor.FailRecovery(failure.Cause);
                break;
            default:
                break;
        }
    }
}
