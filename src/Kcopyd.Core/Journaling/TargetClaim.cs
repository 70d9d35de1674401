using System.Collections.Immutable;

namespace Kcopyd.Core.Journaling;

/// <summary>What is durable on a target.</summary>
/// <param name="Target">Its index.</param>
/// <param name="Ranges">Ascending, counted from the job's first sector.</param>
public readonly record struct TargetClaim(int Target, ImmutableArray<SectorRange> Ranges);
