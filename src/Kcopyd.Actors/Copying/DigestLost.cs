using Akka.Actor;

namespace Kcopyd.Actors.Copying;

/// <summary>Event: the digest's actor stopped before the job did.</summary>
internal sealed class DigestLost : INoSerializationVerificationNeeded
{
    public static readonly DigestLost Instance = new();
}
