namespace Akka.Persistence;

/// <summary>Response: events are not deleted.</summary>
/// <param name="Cause">Why.</param>
/// <param name="ToSequenceNr">The last one, as asked.</param>
public sealed record DeleteMessagesFailure(Exception Cause, long ToSequenceNr) : IJournalResponse;
