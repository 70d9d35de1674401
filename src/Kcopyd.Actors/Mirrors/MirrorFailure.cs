namespace Kcopyd.Actors.Mirrors;

/// <summary>What is wrong with a leg or with the log of a mirror, now.</summary>
/// <param name="Leg">The leg, from 0; null: the log.</param>
/// <param name="Device">What the table calls it.</param>
/// <param name="Reason">What it answered last, a sentence.</param>
public sealed record MirrorFailure(int? Leg, string Device, string Reason);
