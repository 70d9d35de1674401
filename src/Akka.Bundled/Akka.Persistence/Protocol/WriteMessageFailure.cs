namespace Akka.Persistence;

/// <summary>Response: whether one event was written is unknown; its actor stops.</summary>
/// <param name="Persistent">The event.</param>
/// <param name="Cause">Why.</param>
/// <param name="ActorInstanceId">The instance that asked for it.</param>
public sealed record WriteMessageFailure(
    IPersistentRepresentation Persistent, Exception Cause, int ActorInstanceId) : IJournalResponse;
