namespace Akka.Persistence;

/// <summary>Response: one event is written.</summary>
/// <param name="Persistent">The event.</param>
/// <param name="ActorInstanceId">The instance that asked for it.</param>
public sealed record WriteMessageSuccess(IPersistentRepresentation Persistent, int ActorInstanceId) : IJournalResponse;
