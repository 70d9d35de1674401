using System.Collections.Immutable;

namespace Kcopyd.Core.Copying;

/// <summary>How a segment ended.</summary>
public sealed record SegmentResult
{
    /// <summary>No failure anywhere.</summary>
    public static readonly SegmentResult Clean = new();

    /// <summary>Why the source could not be read, or null. Not set for what a salvage zeroed.</summary>
    public CopyFailure? ReadFailure { get; init; }

    /// <summary>The unreadable ranges that a salvage wrote as zeros, one read failure each.</summary>
    public ImmutableArray<CopyFailure> Zeroed { get; init; } = [];

    /// <summary>The targets that failed, or, of a comparison, every difference; each names its target.</summary>
    public ImmutableArray<CopyFailure> TargetFailures { get; init; } = [];
}
