using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Actors.Journaling;

/// <summary>A job as its journal knows it.</summary>
/// <param name="Id">Its name.</param>
public sealed record JobSummary(CopyJobId Id)
{
    /// <summary>What it is about; null if its journal cannot be read, and <see cref="Reason"/> says why.</summary>
    public JobDescription? Description { get; init; }

    /// <summary>How it stands. Interrupted where its runner was killed; blocked where its journal cannot be
    /// read.</summary>
    public JobStanding Standing { get; init; } = JobStanding.Blocked;

    /// <summary>Whether a process has it at this moment.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Why it stands so, for people; empty where there is nothing to say.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>The process and the machine of the last run, for people; null while none was begun.</summary>
    public string? Runner { get; init; }

    /// <summary>How the last run did it; null while none was begun.</summary>
    public CopyOptions? Options { get; init; }

    /// <summary>Whether the last run opened devices past the page cache.</summary>
    public bool Direct { get; init; }

    /// <summary>When it came to be.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When something last became of it.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Bytes a second at its last checkpoint; 0 when it does not run.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>How much there is to do on each target.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Its targets, in its order.</summary>
    public ImmutableArray<JobTargetSummary> Targets { get; init; } = [];

    /// <summary>How many failures there were.</summary>
    public long FailureCount { get; init; }

    /// <summary>How much could not be read and was written as zeros.</summary>
    public long ZeroedBytes { get; init; }

    /// <summary>Whether there is nothing left to do.</summary>
    public bool IsOver => Standing is JobStanding.Completed or JobStanding.CompletedWithErrors;

    /// <summary>A job whose journal can be read.</summary>
    internal static JobSummary Of(CopyJobId id, JobRecord record, bool isRunning)
    {
        var isKilled = record.Standing == JobStanding.Running && !isRunning;
        return new JobSummary(id)
        {
            Description = record.Description,
            Standing = isKilled ? JobStanding.Interrupted : record.Standing,
            IsRunning = isRunning,
            Reason = isKilled ? JobRecord.Killed : record.Reason,
            Runner = record.LastRun?.Runner,
            Options = record.LastRun?.Options,
            Direct = record.LastRun?.Direct ?? false,
            CreatedAt = record.CreatedAt,
            UpdatedAt = record.UpdatedAt,
            BytesPerSecond = isRunning ? record.BytesPerSecond : 0,
            TotalBytes = record.Description!.SectorCount * Sectors.Size,
            Targets = [.. record.FlushedBytes().Select((flushed, i) => TargetOf(record, i, flushed))],
            FailureCount = record.FailureCount,
            ZeroedBytes = record.Zeroed.Sum(failure => failure.Range.CountBytes),
        };
    }

    private static JobTargetSummary TargetOf(JobRecord record, int i, long flushedBytes) => new(
        record.Description!.Targets[i].Uri,
        flushedBytes,
        record.Dropped.Contains(i),
        record.WriteErrors.Contains(i));
}
