using System.Collections.Immutable;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>The devices of a mirror, open for writing.</summary>
/// <param name="Legs">In the order of the table.</param>
/// <param name="Log">The device of a disk log; null for other logs.</param>
/// <param name="AreOwned">Whether the mirror disposes them; if making it fails they are left alone.</param>
public sealed record MirrorParts(ImmutableArray<IBlockDevice> Legs, IBlockDevice? Log, bool AreOwned);
