using Kcopyd.Core;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Requests;

/// <summary>What the user wants of a snapshot, checked as far as that is possible without looking at a
/// device.</summary>
/// <param name="Table">Of a snapshot or a merge, with a persistent store.</param>
internal sealed record SnapshotOrder(SnapshotTable Table)
{
    /// <summary>The COW device.</summary>
    internal string Cow => Table.Cow!;

    /// <summary>How long a missing COW file is to be; null: it is not created.</summary>
    internal long? SizeBytes { get; init; }

    /// <summary>What is read, in sectors of the snapshot.</summary>
    internal SectorRange Range { get; init; }

    /// <summary>Bytes that are merged a second; 0: no limit.</summary>
    internal ByteCount BytesPerSecond { get; init; }

    /// <summary>Whether a store is made over whatever stands there.</summary>
    internal bool Force { get; init; }

    /// <summary>Whether every area is listed.</summary>
    internal bool ShowAreas { get; init; }

    /// <summary>Whether the table is printed too.</summary>
    internal bool ShowTable { get; init; }

    /// <summary>How progress is shown.</summary>
    internal ProgressStyle Progress { get; init; }

    /// <summary>Whether the result is one JSON object.</summary>
    internal bool Json { get; init; }
}
