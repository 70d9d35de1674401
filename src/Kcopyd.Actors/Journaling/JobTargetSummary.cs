namespace Kcopyd.Actors.Journaling;

/// <summary>A target of a <see cref="JobSummary"/>.</summary>
/// <param name="Uri">The device.</param>
/// <param name="FlushedBytes">How much of it is durable, as the journal knows.</param>
/// <param name="IsDropped">Whether it was dropped.</param>
/// <param name="HasErrors">Whether it had an error.</param>
public sealed record JobTargetSummary(string Uri, long FlushedBytes, bool IsDropped, bool HasErrors);
