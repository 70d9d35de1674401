using System.Collections.Immutable;
using Kcopyd.Core;

namespace Kcopyd.Cli.Planning;

/// <summary>What will be done, decided from descriptions alone: nothing was opened yet.</summary>
/// <param name="Source">The sectors read; null for zeros.</param>
/// <param name="TotalBytes">What the job is about; less than its sectors where a source file ends within one.</param>
/// <param name="Targets">What happens to each target.</param>
internal sealed record TransferPlan(SectorRange? Source, long TotalBytes, ImmutableArray<TargetPlan> Targets);
