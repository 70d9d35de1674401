namespace Akka.Persistence;

/// <summary>Response: a <see cref="WriteMessages"/> failed as a whole; a failure for each event follows.</summary>
/// <param name="Cause">Why.</param>
/// <param name="WriteCount">How many atomic writes it had.</param>
public sealed record WriteMessagesFailed(Exception Cause, int WriteCount) : IJournalResponse;
