using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>Ranges that are durable on the same targets.</summary>
/// <param name="Targets">The targets.</param>
/// <param name="Ranges">Ascending, counted from the job's first sector.</param>
internal sealed record FlushedRanges(TargetMask Targets, ImmutableArray<SectorRange> Ranges);
