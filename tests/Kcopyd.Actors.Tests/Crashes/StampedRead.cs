namespace Kcopyd.Actors.Tests.Crashes;

/// <summary>A read of a device, and of each of its sectors the place of what it may not be older than.</summary>
internal sealed record StampedRead(int First, int[] Floors, int Life);
