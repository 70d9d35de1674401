using Kcopyd.Core;

namespace Kcopyd.Actors.Journaling;

/// <summary>Placeholder options.</summary>
public sealed record JournalOptions
{
    /// <summary>Interval.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Limit.</summary>
    public ByteCount UnflushedLimit { get; init; } = 256.MiB;

    /// <summary>Plug-in.</summary>
    public string JournalPluginId { get; init; } = "akka.persistence.journal.sql";

    /// <summary>Plug-in.</summary>
    public string SnapshotPluginId { get; init; } = "akka.persistence.snapshot-store.sql";

    /// <summary>Locks.</summary>
    public string? LockDirectory { get; init; }

    /// <summary>Events.</summary>
    public int SnapshotEvery { get; init; } = 64;

    /// <summary>Retry.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMilliseconds(500);
}
