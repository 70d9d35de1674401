namespace Kcopyd.Actors.Copying;

/// <summary>Event: the job is over and its devices are closed.</summary>
/// <param name="CorrelationId">The sender's name for the request.</param>
/// <param name="Completed">How it ended; its context stays behind.</param>
public sealed record SubmitCompleted(string CorrelationId, CopyCompleted Completed) : SubmitMessage(CorrelationId);
