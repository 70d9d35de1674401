using System.Collections.Immutable;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Journaling;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Journaling;

/// <summary>What the journal of a job keeps. A job is the sum of its events (<see cref="JobRecord"/>).</summary>
/// <param name="At">When it happened, by the runner's clock.</param>
internal abstract record JobEvent(DateTimeOffset At)
{
    /// <summary>The job came to be; whatever an earlier job of that name left is forgotten.</summary>
    public sealed record Created(JobDescription Description, DateTimeOffset At) : JobEvent(At);

    /// <summary>A runner took the job. Durable before the run's first write.</summary>
    public sealed record RunStarted(long Epoch, DateTimeOffset At) : JobEvent(At)
    {
        /// <summary>Who runs: unique to the run, so that a runner knows its own.</summary>
        public required string Run { get; init; }

        /// <summary>The machine and the process, for people.</summary>
        public required string Runner { get; init; }

        /// <summary>How long the run may write after an append.</summary>
        public TimeSpan Lease { get; init; } = CheckpointPace.LeastLease;

        /// <summary>The locks that the run respects (<see cref="JobLock.IdOf"/>); empty where it has none.</summary>
        public string LockId { get; init; } = string.Empty;

        /// <summary>How the run does it.</summary>
        public required CopyOptions Options { get; init; }

        /// <summary>Whether devices were opened past the page cache.</summary>
        public bool Direct { get; init; }

        /// <summary>The source as found by this run; null for zeros.</summary>
        public BlockDeviceIdentity? Source { get; init; }

        /// <summary>The targets as found by this run.</summary>
        public required ImmutableArray<BlockDeviceIdentity> Targets { get; init; }

        /// <summary>The targets of which nothing counts as flushed any more.</summary>
        public TargetMask Afresh { get; init; }
    }

    /// <summary>What is durable. Written after the flush that makes it so, never before.</summary>
    /// <param name="Epoch">The run.</param>
    /// <param name="Number">Its number within the run, from 1: by it a runner whose append was not answered learns
    /// whether it happened.</param>
    /// <param name="At">When the flush was over.</param>
    public sealed record Checkpoint(long Epoch, long Number, DateTimeOffset At) : JobEvent(At)
    {
        /// <summary>What is durable in addition to all earlier checkpoints.</summary>
        public ImmutableArray<FlushedRanges> Flushed { get; init; } = [];

        /// <summary>The targets that had an error, all of them.</summary>
        public TargetMask WriteErrors { get; init; }

        /// <summary>The targets that were dropped, all of them.</summary>
        public TargetMask Dropped { get; init; }

        /// <summary>Whether a part of the source could not be read.</summary>
        public bool ReadError { get; init; }

        /// <summary>How many failures there were.</summary>
        public long FailureCount { get; init; }

        /// <summary>The failures since the last checkpoint, as far as they are kept.</summary>
        public ImmutableArray<CopyFailure> Failures { get; init; } = [];

        /// <summary>What was written as zeros since the last checkpoint because it could not be read.</summary>
        public ImmutableArray<CopyFailure> Zeroed { get; init; } = [];

        /// <summary>Bytes a second, lately.</summary>
        public double BytesPerSecond { get; init; }
    }

    /// <summary>A run ended, or was not even begun.</summary>
    /// <param name="Epoch">The run; of a blocked job the last one that was begun, 0 if none was.</param>
    /// <param name="Standing">How the job stands now.</param>
    /// <param name="Reason">Why, as a sentence; empty where there is nothing to say.</param>
    /// <param name="At">When.</param>
    public sealed record RunEnded(long Epoch, JobStanding Standing, string Reason, DateTimeOffset At) : JobEvent(At);

    /// <summary>What was flushed does not count any more, because it is not what it should be or is about to go.
    /// </summary>
    /// <remarks>It takes the job out of the hands of the run before it, which ends as soon as it reads this.</remarks>
    /// <param name="Ranges">What is to be done again.</param>
    /// <param name="At">When.</param>
    public sealed record Withdrawn(ImmutableArray<FlushedRanges> Ranges, DateTimeOffset At) : JobEvent(At);
}
