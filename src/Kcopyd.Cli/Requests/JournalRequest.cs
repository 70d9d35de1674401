using Kcopyd.Actors.Journaling;

namespace Kcopyd.Cli.Requests;

/// <summary>That a job is journaled, and how.</summary>
/// <param name="Place">Where.</param>
internal sealed record JournalRequest(JournalPlace Place)
{
    /// <summary>The job's name; null: it follows from what the job is about.</summary>
    internal string? Job { get; init; }

    /// <summary>The time from one checkpoint to the next; null: the engine's default.</summary>
    internal TimeSpan? Interval { get; init; }

    /// <summary>What a device means that is not what the journal recorded.</summary>
    internal JobStartPolicy Policy { get; init; } = JobStartPolicy.ContinueOrBeginAfresh;
}
