namespace Kcopyd.Core.Mirrors;

/// <summary>Changes to the log that are written together.</summary>
/// <param name="Number">Counts up from 1.</param>
/// <param name="Marked">Regions whose bit is to be cleared: they may differ from now on. Applied after
/// <paramref name="Cleaned"/>.</param>
/// <param name="Cleaned">Regions whose bit is to be set: they are equal and durable on all legs.</param>
/// <remarks>With marks it is durable when it is committed. Without, it may be lost: that costs a recovery.</remarks>
public sealed record LogCommit(long Number, IReadOnlyList<RegionRun> Marked, IReadOnlyList<RegionRun> Cleaned);
