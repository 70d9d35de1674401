using System.Collections.Immutable;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Reporting;

/// <summary>What came of a synchronisation.</summary>
/// <param name="Counts">The mirror in numbers, suspended.</param>
/// <param name="Status">As it says of itself.</param>
/// <param name="Failures">What is wrong with it.</param>
internal sealed record MirrorSyncResult(
    MirrorCounts Counts, MirrorStatus Status, ImmutableArray<MirrorFailure> Failures)
{
    /// <summary>Regions that were in sync before.</summary>
    internal long BeganInSync { get; init; }

    internal bool WasInterrupted { get; init; }

    internal TimeSpan Elapsed { get; init; }

    internal bool IsInSync => Counts.InSync == Counts.Regions;

    internal WorkEnd State => (IsInSync && Failures.IsEmpty, WasInterrupted) switch
    {
        (true, _) => WorkEnd.Completed,
        (false, true) => WorkEnd.Cancelled,
        (false, false) => WorkEnd.Failed,
    };
}
