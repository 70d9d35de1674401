using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>Where the answers to one recovery go: to the actor, marked as of this recovery, so that a later one of the
/// same actor knows them for stale.</summary>
internal sealed class RecoverySession(IActorRef actor, IActorRefProvider provider) : MinimalActorRef
{
    /// <inheritdoc/>
    public override ActorPath Path { get; } = actor.Path / "recovery";

    /// <inheritdoc/>
    public override IActorRefProvider Provider => provider;

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender) =>
        actor.Tell(new RecoveryMessage.Answer(this, message), sender);
}
