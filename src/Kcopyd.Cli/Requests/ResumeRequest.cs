using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;

namespace Kcopyd.Cli.Requests;

/// <summary>Which jobs are to go on, and how.</summary>
/// <param name="Place">The journal that knows them.</param>
/// <param name="Jobs">Their names; none: all that are not over.</param>
internal sealed record ResumeRequest(JournalPlace Place, ImmutableArray<string> Jobs)
{
    /// <summary>What a device means that is not what the journal recorded.</summary>
    internal JobStartPolicy Policy { get; init; }

    /// <summary>The time from one checkpoint to the next; null: the engine's default.</summary>
    internal TimeSpan? Interval { get; init; }

    /// <summary>Memory for segments.</summary>
    internal ByteCount PageBudget { get; init; } = TransferRequest.DefaultPageBudget;

    /// <summary>Bytes of source a second; 0: no limit.</summary>
    internal ByteCount BytesPerSecond { get; init; }

    /// <summary>Per cent of the time with I/O in flight; 100: no limit.</summary>
    internal int Percent { get; init; } = 100;

    /// <summary>How progress is shown.</summary>
    internal ProgressStyle Progress { get; init; }

    /// <summary>Whether the result of each job is one JSON object.</summary>
    internal bool Json { get; init; }
}
