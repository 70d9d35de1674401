namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A mirror that goes to and fro: the first step is ours, the next the kernel's, and so on.</summary>
/// <param name="Name">Of the case.</param>
/// <param name="RegionSectors">The size of its regions.</param>
/// <param name="Steps">Its runs.</param>
internal sealed record RelayMirror(string Name, int RegionSectors, params RelayStep[] Steps)
{
    public int Legs { get; init; } = 2;

    /// <summary>The end of its table.</summary>
    public string Features { get; init; } = "";

    /// <summary>The sectors that it has of each leg.</summary>
    public int Room => Steps.Max(step => step.Sectors);

    public int RegionsOf(RelayStep step) => (step.Sectors + RegionSectors - 1) / RegionSectors;
}
