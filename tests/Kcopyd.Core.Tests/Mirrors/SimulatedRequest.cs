using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

/// <summary>A request of the simulation: some slots get a version.</summary>
internal sealed class SimulatedRequest(RegionRequestKind kind, RegionRun regions, SectorRange range)
    : RegionRequest(kind, regions, range)
{
    public int FirstSlot => (int)Range.Start;

    public int LastSlot => (int)Range.End - 1;

    public int Version { get; init; }

    /// <summary>The devices that were the legs when it was issued.</summary>
    public SimulatedLeg[] Devices { get; set; } = [];

    /// <summary>Of a flush: the version of each slot that is safe when it is done.</summary>
    public int[] Promised { get; set; } = [];

    /// <summary>Of a flush: the slots that were not being written when it was issued.</summary>
    public bool[] WasIdle { get; set; } = [];

    public override string ToString() => $"{Kind} {Version} of {FirstSlot}..{LastSlot} in {Pieces.Length} pieces";

    public bool Touches(int first, int last) =>
        Kind != RegionRequestKind.Flush && FirstSlot <= last && first <= LastSlot;
}
