using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>Event: the logger asks these filters from now on.</summary>
internal sealed record Mute(IReadOnlyList<EventFilterBase> Filters) : INoSerializationVerificationNeeded;
