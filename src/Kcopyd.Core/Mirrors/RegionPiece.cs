namespace Kcopyd.Core.Mirrors;

/// <summary>Consecutive regions of one request that go to the same legs.</summary>
/// <param name="Run">The regions.</param>
/// <param name="Legs">The legs; never none.</param>
public readonly record struct RegionPiece(RegionRun Run, LegMask Legs);
