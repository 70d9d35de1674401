using System.Runtime.ExceptionServices;
using Akka.Actor;
using Akka.Event;

namespace Kcopyd.Actors.Copying;

/// <summary>Event: work failed in a way that nobody foresaw. The actor that gets it crashes of it.</summary>
internal sealed record WorkCrashed(Exception Cause) : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    public void Rethrow() => ExceptionDispatchInfo.Throw(Cause);
}
