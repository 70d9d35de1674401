using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>Answer: the job was taken.</summary>
/// <param name="CorrelationId">The sender's name for the request.</param>
/// <param name="Job">The job's name.</param>
public sealed record SubmitAccepted(string CorrelationId, CopyJobId Job) : SubmitMessage(CorrelationId);
