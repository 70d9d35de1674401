using Kcopyd.Core.Mirrors;

namespace Kcopyd.Actors.Mirrors;

/// <summary>What a mirror's actor is made with. The machine's decisions are the actor's; the device reads what may be
/// read by any thread.</summary>
internal sealed record MirrorSetup(
    string Name, MirrorTable Table, MirrorMachine Machine, IRegionLog Log, MirrorLegs Legs)
{
    public required MirrorOptions Options { get; init; }

    public required MirrorLink Link { get; init; }

    /// <summary>Whether anyone used the mirror lately.</summary>
    public MirrorUse Use { get; } = new();
}
