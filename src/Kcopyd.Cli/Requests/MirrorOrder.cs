using Kcopyd.Core;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Cli.Requests;

/// <summary>What the user wants of a mirror, checked as far as that is possible without looking at a device.</summary>
/// <param name="Table">The mirror.</param>
internal sealed record MirrorOrder(MirrorTable Table)
{
    /// <summary>How long missing leg files are to be; null: they are not created.</summary>
    internal long? SizeBytes { get; init; }

    /// <summary>Bytes of the source a second; 0: no limit.</summary>
    internal ByteCount BytesPerSecond { get; init; }

    /// <summary>Recoveries at a time.</summary>
    internal int Recoveries { get; init; }

    /// <summary>Whether the log is made over whatever stands there.</summary>
    internal bool Force { get; init; }

    /// <summary>Whether the table is printed too.</summary>
    internal bool ShowTable { get; init; }

    /// <summary>How progress is shown.</summary>
    internal ProgressStyle Progress { get; init; }

    /// <summary>Whether the result is one JSON object.</summary>
    internal bool Json { get; init; }

    /// <summary>Whether the log is on a device.</summary>
    internal bool HasDiskLog => Table.Log.Kind == MirrorLogKind.Disk;
}
