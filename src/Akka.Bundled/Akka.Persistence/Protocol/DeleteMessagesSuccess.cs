namespace Akka.Persistence;

/// <summary>Response: events are deleted.</summary>
/// <param name="ToSequenceNr">The last one, as asked.</param>
public sealed record DeleteMessagesSuccess(long ToSequenceNr) : IJournalResponse;
