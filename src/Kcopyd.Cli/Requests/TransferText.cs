using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Requests;

/// <summary>What stands on the command line, word for word; null where an option was not given.</summary>
/// <param name="Kind">The command.</param>
/// <param name="Source">The source, where the command has one.</param>
/// <param name="Targets">The targets.</param>
internal sealed record TransferText(CopyJobKind Kind, string? Source, ImmutableArray<string> Targets)
{
    /// <summary>What is said about the journal; null for a command that keeps none.</summary>
    internal JournalText? Journaling { get; init; }

    internal string? Sector { get; init; }

    internal string? Count { get; init; }

    internal string? TargetSector { get; init; }

    internal string? Pages { get; init; }

    internal string? Segment { get; init; }

    internal string? InFlight { get; init; }

    internal string? Rate { get; init; }

    internal string? Percent { get; init; }

    internal string? OnTargetError { get; init; }

    internal string? OnReadError { get; init; }

    internal string? Progress { get; init; }

    internal bool Direct { get; init; }

    internal bool IgnoreError { get; init; }

    internal bool Sequential { get; init; }

    internal bool Sparse { get; init; }

    internal bool Verify { get; init; }

    internal bool Flush { get; init; }

    internal bool Digest { get; init; }

    internal bool Json { get; init; }
}
