namespace Kcopyd.Cli.Requests;

/// <summary>What stands on the command line about the journal, word for word; null where an option was not
/// given.</summary>
internal sealed record JournalText
{
    internal string? Journal { get; init; }

    internal string? Job { get; init; }

    internal string? CheckpointInterval { get; init; }

    internal bool NoJournal { get; init; }

    internal bool Restart { get; init; }

    internal bool Trust { get; init; }
}
