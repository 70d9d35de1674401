namespace Akka.Persistence;

/// <summary>A persistent actor whose handlers say whether they took a message.</summary>
public abstract class PersistentActor : Eventsourced
{
    /// <inheritdoc/>
    protected override bool Receive(object message) => ReceiveCommand(message);
}
