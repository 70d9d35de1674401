namespace Kcopyd.Actors.Journaling;

/// <summary>A job as one value, so that a journal stays short however long the job runs.</summary>
/// <param name="Description">What it is about.</param>
/// <param name="CreatedAt">When it came to be.</param>
internal sealed record JobSnapshot(JobDescription Description, DateTimeOffset CreatedAt)
{
    /// <summary>The last run; null while none was begun.</summary>
    public JobEvent.RunStarted? LastRun { get; init; }

    /// <summary>How it stands.</summary>
    public JobStanding Standing { get; init; }

    /// <summary>Why.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>All checkpoints in one, with the epoch, the number of the last one and the time of the last event.
    /// </summary>
    public required JobEvent.Checkpoint State { get; init; }
}
