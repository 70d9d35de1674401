using Akka.Event;

namespace Akka.Persistence;

/// <summary>Response: one event of a replay.</summary>
/// <param name="Persistent">The event.</param>
public sealed record ReplayedMessage(IPersistentRepresentation Persistent)
    : IJournalResponse, IDeadLetterSuppression;
