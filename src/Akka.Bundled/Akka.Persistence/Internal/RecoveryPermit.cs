using Akka.Actor;

namespace Akka.Persistence.Internal;

/// <summary>Between persistent actors and the <see cref="RecoveryPermitter"/>.</summary>
internal abstract record RecoveryPermit : INoSerializationVerificationNeeded
{
    private RecoveryPermit()
    {
    }

    /// <summary>Command: the sender wants to recover.</summary>
    public sealed record Request : RecoveryPermit;

    /// <summary>Event: it may.</summary>
    public sealed record Granted : RecoveryPermit;

    /// <summary>Command: the sender is done, or does not want to any more.</summary>
    public sealed record Return : RecoveryPermit;
}
