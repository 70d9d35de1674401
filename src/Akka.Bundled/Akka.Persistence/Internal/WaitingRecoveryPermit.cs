namespace Akka.Persistence.Internal;

/// <summary>The actor waits for its turn to recover.</summary>
internal sealed class WaitingRecoveryPermit(Eventsourced actor) : RecoveringState(actor)
{
    /// <inheritdoc/>
    protected override string Awaited => "permit";

    /// <inheritdoc/>
    protected override void Granted()
    {
        var recovery = Actor.Recovery;
        Actor.Enter(new RecoveryStarted(Actor, recovery));
        Actor.BeginRecoveryChecks();
        Actor.SnapshotStore.Tell(
            new LoadSnapshot(Actor.SnapshotterId, recovery.FromSnapshot, recovery.ToSequenceNr), Actor.Session);
    }

    /// <inheritdoc/>
    protected override void Answered(object message)
    {
    }
}
