namespace Kcopyd.Cli.Requests;

/// <summary>What stands on a command line about snapshots, word for word; null where an option was not given.</summary>
/// <param name="Table">The table line, or a hyphen.</param>
internal sealed record SnapshotText(string? Table)
{
    internal string? Size { get; init; }

    internal string? Sector { get; init; }

    internal string? Count { get; init; }

    internal string? Rate { get; init; }

    internal string? Progress { get; init; }

    internal bool Force { get; init; }

    internal bool Areas { get; init; }

    internal bool ShowTable { get; init; }

    internal bool Json { get; init; }
}
