using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence.Internal;

/// <summary>What a persistent actor gets in a recovery, of this one when its session is.</summary>
/// <param name="Session">The recovery.</param>
internal abstract record RecoveryMessage(RecoverySession Session)
    : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    /// <summary>Event: a plug-in answered.</summary>
    public sealed record Answer(RecoverySession Session, object Message) : RecoveryMessage(Session);

    /// <summary>Timer: time to look whether anything came.</summary>
    public sealed record CheckDue(RecoverySession Session) : RecoveryMessage(Session);
}
