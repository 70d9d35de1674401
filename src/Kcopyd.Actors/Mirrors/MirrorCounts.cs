namespace Kcopyd.Actors.Mirrors;

/// <summary>What a mirror did and is about to do, at one moment.</summary>
/// <param name="Regions">How many it has.</param>
/// <param name="InSync">How many all legs hold.</param>
/// <param name="Active">How many are written to, worked on, or wait to be marked clean.</param>
/// <param name="Recovering">Recoveries under way.</param>
/// <param name="Held">Requests that are neither completed nor failed until the mirror is suspended.</param>
/// <param name="RecoveredSectors">Sectors that recoveries copied since the mirror was made.</param>
/// <param name="RecoveredRegions">Regions that recoveries copied since the mirror was made.</param>
public sealed record MirrorCounts(
    long Regions,
    long InSync,
    long Active,
    int Recovering,
    int Held,
    long RecoveredSectors,
    long RecoveredRegions);
