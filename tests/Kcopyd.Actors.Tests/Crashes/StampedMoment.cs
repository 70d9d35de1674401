namespace Kcopyd.Actors.Tests.Crashes;

/// <summary>A moment of a device: of each sector the place of what it then had at least, to readers and durably.
/// </summary>
internal sealed record StampedMoment(int[] Seen, int[] Durable);
