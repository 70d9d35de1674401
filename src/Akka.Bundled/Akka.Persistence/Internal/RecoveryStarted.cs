namespace Akka.Persistence.Internal;

/// <summary>The actor waits for its snapshot.</summary>
internal sealed class RecoveryStarted(Eventsourced actor, Recovery recovery) : RecoveringState(actor)
{
    /// <inheritdoc/>
    protected override string Awaited => "snapshot";

    /// <inheritdoc/>
    protected override void Answered(object message)
    {
        switch (message)
        {
            case LoadSnapshotResult { Snapshot: { } snapshot } result:
                Actor.LastSequenceNr = snapshot.Metadata.SequenceNr;
                if (Actor.TryRecover(new SnapshotOffer(snapshot.Metadata, snapshot.Snapshot)))
                {
                    Replay(result.ToSequenceNr);
                }

                break;
            case LoadSnapshotResult result:
                Replay(result.ToSequenceNr);
                break;
            case LoadSnapshotFailed failed:
                Actor.FailRecovery(failed.Cause);
                break;
            default:
                break;
        }
    }

    private void Replay(long toSequenceNr)
    {
        Actor.Enter(new Recovering(Actor));
        Actor.BeginRecoveryChecks();
        Actor.Journal.Tell(
            new ReplayMessages(
                Actor.LastSequenceNr + 1, toSequenceNr, recovery.ReplayMax, Actor.PersistenceId, Actor.Session),
            Actor.Session);
    }
}
