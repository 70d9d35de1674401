using System.Collections.Immutable;

namespace Kcopyd.Core.Snapshots;

/// <summary>One copy of consecutive chunks of the origin, to the stores of all snapshots that need them.</summary>
/// <param name="Source">What is read of the origin, clipped at its end; unit: sectors.</param>
/// <param name="Targets">Where each snapshot has it.</param>
public sealed record ChunkFill(SectorRange Source, ImmutableArray<ChunkFillTarget> Targets);
