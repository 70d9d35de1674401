using System.Collections.Immutable;
using Kcopyd.Core;

namespace Kcopyd.Cli.Reporting;

/// <summary>What a comparison of the legs found.</summary>
/// <param name="Regions">How many there are.</param>
/// <param name="Compared">How many were compared.</param>
/// <param name="Mismatched">How many of those differ or cannot be read.</param>
/// <param name="Ranges">Where, in sectors of the mirror, ascending; as precise as the comparison is.</param>
internal sealed record MirrorCheckResult(
    long Regions, long Compared, long Mismatched, ImmutableArray<SectorRange> Ranges)
{
    /// <summary>Regions that are out of sync, and therefore not compared.</summary>
    internal long Skipped { get; init; }

    /// <summary>Why legs could not be read, the first few.</summary>
    internal ImmutableArray<string> Reasons { get; init; } = [];

    internal bool WasInterrupted { get; init; }

    internal TimeSpan Elapsed { get; init; }

    internal WorkEnd State => (WasInterrupted, Mismatched) switch
    {
        (true, _) => WorkEnd.Cancelled,
        (false, 0) => WorkEnd.Completed,
        _ => WorkEnd.Failed,
    };
}
