namespace Akka.Persistence;

/// <summary>Response: one event was not written, because the journal cannot take it; others may be.</summary>
/// <param name="Persistent">The event.</param>
/// <param name="Cause">Why.</param>
/// <param name="ActorInstanceId">The instance that asked for it.</param>
public sealed record WriteMessageRejected(
    IPersistentRepresentation Persistent, Exception Cause, int ActorInstanceId) : IJournalResponse;
