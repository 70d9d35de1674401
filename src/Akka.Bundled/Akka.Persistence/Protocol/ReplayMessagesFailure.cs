using Akka.Event;

namespace Akka.Persistence;

/// <summary>Response: the replay failed.</summary>
/// <param name="Cause">Why.</param>
public sealed record ReplayMessagesFailure(Exception Cause) : IJournalResponse, IDeadLetterSuppression;
