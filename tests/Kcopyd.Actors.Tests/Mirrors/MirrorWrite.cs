namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>A write to a mirror, and the stamp that its sectors carry.</summary>
internal sealed record MirrorWrite(int First, int Count, long Stamp, int Life);
