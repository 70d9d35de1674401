namespace Kcopyd.Actors.Copying;

/// <summary>Answer: the job was not taken; nothing was read or written.</summary>
/// <param name="CorrelationId">The sender's name for the request.</param>
/// <param name="Rejection">Why.</param>
public sealed record SubmitRejected(string CorrelationId, CopyRejection Rejection) : SubmitMessage(CorrelationId);
