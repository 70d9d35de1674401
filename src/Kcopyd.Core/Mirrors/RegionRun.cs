namespace Kcopyd.Core.Mirrors;

/// <summary>Consecutive regions.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last, never before the first.</param>
public readonly record struct RegionRun(long First, long Last)
{
    /// <summary>How many there are.</summary>
    public long Count => Last - First + 1;

    /// <summary>Whether a region is among them.</summary>
    public bool Contains(long region) => region >= First && region <= Last;
}
