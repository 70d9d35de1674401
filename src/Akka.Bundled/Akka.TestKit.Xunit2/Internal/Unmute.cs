using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>Event: the logger asks these filters no longer.</summary>
internal sealed record Unmute(IReadOnlyList<EventFilterBase> Filters) : INoSerializationVerificationNeeded;
