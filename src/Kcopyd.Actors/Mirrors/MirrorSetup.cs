using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>What a mirror's actor is made with. The machine's decisions are the actor's; the device reads what may be
/// read by any thread.</summary>
internal sealed record MirrorSetup(
    string Name, MirrorTable Table, MirrorMachine Machine, IRegionLog Log, MirrorLegs Legs)
{
    public required MirrorOptions Options { get; init; }

    public required MirrorLink Link { get; init; }

    /// <summary>What the mirror is as a device.</summary>
    public required BlockDeviceGeometry Geometry { get; init; }

    /// <summary>The device of a disk log.</summary>
    public IBlockDevice? LogDevice { get; init; }

    /// <summary>Whether anyone used the mirror lately.</summary>
    public MirrorUse Use { get; } = new();
}
