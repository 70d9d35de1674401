using Kcopyd.Actors.Snapshots;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Reporting;

/// <summary>What came of a merge.</summary>
/// <param name="Began">The store when it began.</param>
/// <param name="Counts">The snapshot in numbers, suspended.</param>
internal sealed record SnapshotMergeResult(CowStoreContent Began, SnapshotCounts Counts)
{
    /// <summary>As the snapshot says of itself.</summary>
    internal required SnapshotStatus Status { get; init; }

    /// <summary>Why it did not end well; null: it did, or was interrupted.</summary>
    internal string? Failure { get; init; }

    internal bool WasInterrupted { get; init; }

    internal TimeSpan Elapsed { get; init; }

    internal WorkEnd State => (Failure, Status.IsMerged, WasInterrupted) switch
    {
        (not null, _, _) => WorkEnd.Failed,
        (_, true, _) => WorkEnd.Completed,
        (_, false, true) => WorkEnd.Cancelled,
        _ => WorkEnd.Failed,
    };
}
