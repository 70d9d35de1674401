using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Copying;

/// <summary>Event: a job is over. Told exactly once, after its pages were given back; those of one client never
/// overlap.</summary>
/// <param name="Job">The job.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="ReadError">Whether a part of the source could not be read.</param>
/// <param name="WriteErrors">Bit i: target i had an error.</param>
public sealed record CopyCompleted(CopyJobId Job, CopyOutcome Outcome, bool ReadError, ulong WriteErrors)
    : INoSerializationVerificationNeeded
{
    /// <summary>How many sectors the job was about.</summary>
    public long Sectors { get; init; }

    /// <summary>Bytes read from the source for copying; a hole that was not read does not count.</summary>
    public long BytesRead { get; init; }

    /// <summary>The first failures, at most <see cref="CopyJobState.MaxFailures"/>.</summary>
    public ImmutableArray<CopyFailure> Details { get; init; } = [];

    /// <summary>How many failures there were.</summary>
    public long FailureCount { get; init; }

    /// <summary>The unreadable ranges of the source that were written as zeros.</summary>
    public ImmutableArray<SectorRange> ZeroedRanges { get; init; } = [];

    /// <summary>What became of each target, in the order of the request.</summary>
    public ImmutableArray<CopyTargetResult> Targets { get; init; } = [];

    /// <summary>SHA-256 of what was read, if asked for and the whole range was; zeros where nothing could be
    /// read.</summary>
    /// <remarks>None if a range that could not be read the first time was read anew, after a pause or a crash, and
    /// none of a journaled job that went on where another run was.</remarks>
    public ImmutableArray<byte> Digest { get; init; } = [];

    /// <summary>Why targets of a journaled job that was not over began afresh, a sentence each.</summary>
    public ImmutableArray<string> Notices { get; init; } = [];

    /// <summary>False for a job that was cancelled or refused before it began: nothing was read or written.</summary>
    public bool HasBegun { get; init; } = true;

    /// <summary>From acceptance to the end.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>What the caller gave with the request, untouched.</summary>
    public object? Context { get; init; }
}
