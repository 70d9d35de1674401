namespace Kcopyd.Actors.Journaling;

/// <summary>A job as one value, so that a journal stays short however long the job runs.</summary>
/// <param name="Description">What it is about.</param>
/// <param name="CreatedAt">When it came to be.</param>
/// <param name="UpdatedAt">When its last event happened.</param>
internal sealed record JobSnapshot(JobDescription Description, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>The last run; null while none was begun.</summary>
    public JobEvent.RunStarted? LastRun { get; init; }

    /// <summary>The number of the last checkpoint of the last run.</summary>
    public long CheckpointNumber { get; init; }

    /// <summary>How it stands.</summary>
    public JobStanding Standing { get; init; }

    /// <summary>Why.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>All checkpoints in one.</summary>
    public required JobEvent.Checkpoint State { get; init; }
}
