namespace Kcopyd.Actors.Copying;

/// <summary>Answer: the job was not taken, because the client has as many as it takes.</summary>
/// <param name="CorrelationId">The sender's name for the request.</param>
/// <param name="QueueLimit">How many jobs the client takes.</param>
public sealed record SubmitBusy(string CorrelationId, int QueueLimit) : SubmitMessage(CorrelationId);
