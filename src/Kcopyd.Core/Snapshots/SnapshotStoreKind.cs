namespace Kcopyd.Core.Snapshots;

/// <summary>How the exceptions of a snapshot are stored.</summary>
public enum SnapshotStoreKind
{
    /// <summary><c>P</c>: on the COW device; the snapshot survives a restart.</summary>
    Persistent,

    /// <summary><c>PO</c>: the same, and a full store refuses writes instead of losing the snapshot.</summary>
    PersistentOverflow,

    /// <summary><c>N</c>: in memory; the snapshot ends with its device.</summary>
    Transient,
}
