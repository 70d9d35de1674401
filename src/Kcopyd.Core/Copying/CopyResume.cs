using System.Collections.Immutable;

namespace Kcopyd.Core.Copying;

/// <summary>What earlier runs of a job left. Immutable.</summary>
public sealed record CopyResume
{
    /// <summary>What is still to be done, ascending; each run with the targets that miss it.</summary>
    public required ImmutableArray<PlanRun> Missing { get; init; }

    /// <summary>The targets that were dropped.</summary>
    public TargetMask Dropped { get; init; }

    /// <summary>The targets that had an error.</summary>
    public TargetMask WriteErrors { get; init; }

    /// <summary>Whether a part of the source could not be read.</summary>
    public bool ReadError { get; init; }

    /// <summary>The first failures.</summary>
    public ImmutableList<CopyFailure> Failures { get; init; } = [];

    /// <summary>How many failures there were.</summary>
    public long FailureCount { get; init; }

    /// <summary>The unreadable ranges that were written as zeros.</summary>
    public ImmutableList<CopyFailure> Zeroed { get; init; } = [];
}
