namespace Kcopyd.Core.Mirrors;

/// <summary>One leg in a status line.</summary>
/// <param name="Name">What the line calls it: dm-mirror the numbers of the device, we the device of the table.</param>
/// <param name="Health">Its state.</param>
public sealed record MirrorLegStatus(string Name, LegHealth Health);
