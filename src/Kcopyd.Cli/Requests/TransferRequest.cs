using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Requests;

/// <summary>What the user wants, checked as far as that is possible without looking at a device.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Source">The URI of the source; null for zeros.</param>
/// <param name="Targets">The URIs of the targets, 1 to 64.</param>
/// <param name="Options">How the engine does it.</param>
internal sealed record TransferRequest(
    CopyJobKind Kind, string? Source, ImmutableArray<string> Targets, CopyOptions Options)
{
    /// <summary>The first sector of the source.</summary>
    internal long SourceSector { get; init; }

    /// <summary>How many sectors; null: to the end.</summary>
    internal long? SectorCount { get; init; }

    /// <summary>The first sector of each target; null: not given, which means 0 and that short files may be
    /// extended.</summary>
    internal long? TargetSector { get; init; }

    /// <summary>Whether devices are opened past the page cache.</summary>
    internal bool Direct { get; init; }

    /// <summary>How the job is journaled; null: it is not.</summary>
    internal JournalRequest? Journal { get; init; }

    /// <summary>Memory for segments.</summary>
    internal ByteCount PageBudget { get; init; } = DefaultPageBudget;

    /// <summary>Bytes of source a second; 0: no limit.</summary>
    internal ByteCount BytesPerSecond { get; init; }

    /// <summary>Per cent of the time with I/O in flight; 100: no limit.</summary>
    internal int Percent { get; init; } = 100;

    /// <summary>How progress is shown.</summary>
    internal ProgressStyle Progress { get; init; }

    /// <summary>Whether the result is one JSON object.</summary>
    internal bool Json { get; init; }

    /// <summary>As DESIGN.md section 4 has it: 128 segments of 512 KiB.</summary>
    internal static ByteCount DefaultPageBudget => 64.MiB;
}
