using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Request: write events in order. Answered by <see cref="WriteMessagesSuccessful"/> or
/// <see cref="WriteMessagesFailed"/>, then by one message for each event in the order given.</summary>
/// <param name="Messages">Atomic writes, and messages that are only sent back at their place in the order.</param>
/// <param name="PersistentActor">Who gets the answers, each with the sender of its event as sender.</param>
/// <param name="ActorInstanceId">The instance that asks, repeated in the answers.</param>
public sealed record WriteMessages(
    IEnumerable<IPersistentEnvelope> Messages, IActorRef PersistentActor, int ActorInstanceId) : IJournalRequest;
