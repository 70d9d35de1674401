namespace Kcopyd.Actors.Tests.Crashes;

/// <summary>A write to a device, and the stamp that its sectors carry.</summary>
internal sealed record StampedWrite(int First, int Count, long Stamp, int Life);
