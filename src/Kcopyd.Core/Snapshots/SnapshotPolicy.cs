using System.Collections.Immutable;

namespace Kcopyd.Core.Snapshots;

/// <summary>How a snapshot meets load and failures.</summary>
public sealed record SnapshotPolicy
{
    /// <summary>The most exceptions under way at once, as dm-snapshot's <c>snapshot_cow_threshold</c>.</summary>
    public const int DefaultMaxPending = 2048;

    /// <summary>Who pays when what the snapshot shows cannot be kept.</summary>
    public SnapshotFailurePolicy OnFailure { get; init; }

    /// <summary>The most exceptions under way at once; requests that need more wait. At least 1.</summary>
    public int MaxPending { get; init; } = DefaultMaxPending;

    /// <summary>How full a store is when that is announced, in percent, ascending, each 1 to 100.</summary>
    public ImmutableArray<int> FillWarnings { get; init; } = [80, 90, 95];
}
