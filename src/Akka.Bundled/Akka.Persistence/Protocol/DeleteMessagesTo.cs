using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Request: delete events from the first on. Answered by <see cref="DeleteMessagesSuccess"/> or
/// <see cref="DeleteMessagesFailure"/>.</summary>
/// <param name="PersistenceId">Whose events.</param>
/// <param name="ToSequenceNr">The last event to delete; <see cref="long.MaxValue"/> for all.</param>
/// <param name="PersistentActor">Who gets the answer.</param>
public sealed record DeleteMessagesTo(string PersistenceId, long ToSequenceNr, IActorRef PersistentActor)
    : IJournalRequest;
