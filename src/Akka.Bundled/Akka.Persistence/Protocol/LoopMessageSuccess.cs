namespace Akka.Persistence;

/// <summary>Response: a message that was not to be written comes back at its place in the order.</summary>
/// <param name="Message">The message.</param>
/// <param name="ActorInstanceId">The instance that sent it.</param>
public sealed record LoopMessageSuccess(object? Message, int ActorInstanceId) : IJournalResponse;
