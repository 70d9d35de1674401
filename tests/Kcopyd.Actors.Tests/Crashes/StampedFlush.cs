namespace Kcopyd.Actors.Tests.Crashes;

/// <summary>A flush of a device, and the writes that it covers: each a sector, and the place of the write there.
/// </summary>
internal sealed record StampedFlush((int Sector, int Place)[] Covered, int Life);
