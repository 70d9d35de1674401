using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>Where a job is. Positions never go back, and <see cref="Fraction"/> never passes 1.</summary>
/// <param name="Job">The job.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="Total">What it is about: once for the copy, and once more for the comparison where one follows.</param>
/// <param name="Done">How much of that is over, with or without errors.</param>
public sealed record CopyProgress(CopyJobId Job, CopyJobStatus Status, ByteCount Total, ByteCount Done)
    : INoSerializationVerificationNeeded
{
    /// <summary>Bytes read from the source for copying.</summary>
    public ByteCount Read { get; init; }

    /// <summary>Each target, in the order of the request.</summary>
    public ImmutableArray<CopyTargetProgress> Targets { get; init; } = [];

    /// <summary>Bytes a second, lately.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>How long the rest takes at this rate; null while that is unknown.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>Why a journaled job writes nothing for now, though nobody paused it; null while it may.</summary>
    public string? HoldReason { get; init; }

    /// <summary>Why targets of a journaled job that was not over began afresh, a sentence each; none before it has
    /// begun.</summary>
    public ImmutableArray<string> Notices { get; init; } = [];

    /// <summary>How many failures there were so far.</summary>
    public long FailureCount { get; init; }

    /// <summary>0 to 1; an empty job is at 1.</summary>
    public double Fraction => Total.Value == 0 ? 1 : Math.Clamp((double)Done.Value / Total.Value, 0, 1);
}
