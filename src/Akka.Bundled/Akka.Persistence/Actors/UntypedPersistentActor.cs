using Akka.Actor;

namespace Akka.Persistence;

/// <summary>A persistent actor whose handlers take every message, and call Unhandled for what they do not
/// know.</summary>
public abstract class UntypedPersistentActor : Eventsourced
{
    /// <summary>The actor's context.</summary>
    protected static new IUntypedActorContext Context => (IUntypedActorContext)ActorBase.Context;

    /// <inheritdoc/>
    protected override bool Receive(object message) => ReceiveCommand(message);

    /// <inheritdoc/>
    protected override bool ReceiveCommand(object message)
    {
        OnCommand(message);
        return true;
    }

    /// <inheritdoc/>
    protected override bool ReceiveRecover(object message)
    {
        OnRecover(message);
        return true;
    }

    /// <summary>Takes a command.</summary>
    protected abstract void OnCommand(object message);

    /// <summary>Takes a <see cref="SnapshotOffer"/>, an event of the past, or
    /// <see cref="RecoveryCompleted"/>.</summary>
    protected abstract void OnRecover(object message);

    /// <summary>Makes another method the handler of commands.</summary>
    protected void Become(UntypedReceive receive) => Context.Become(receive);

    /// <summary>Makes another method the handler of commands until UnbecomeStacked.</summary>
    protected void BecomeStacked(UntypedReceive receive) => Context.BecomeStacked(receive);
}
