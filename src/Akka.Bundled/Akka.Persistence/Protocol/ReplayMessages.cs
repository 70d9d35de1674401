using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Request: replay events. Answered by <see cref="ReplayedMessage"/> for each, then
/// <see cref="RecoverySuccess"/> or <see cref="ReplayMessagesFailure"/>.</summary>
/// <param name="FromSequenceNr">The first event.</param>
/// <param name="ToSequenceNr">The last event.</param>
/// <param name="Max">The most events to replay.</param>
/// <param name="PersistenceId">Whose events.</param>
/// <param name="PersistentActor">Who gets them.</param>
public sealed record ReplayMessages(
    long FromSequenceNr, long ToSequenceNr, long Max, string PersistenceId, IActorRef PersistentActor)
    : IJournalRequest;
