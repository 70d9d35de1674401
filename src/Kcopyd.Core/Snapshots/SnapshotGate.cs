namespace Kcopyd.Core.Snapshots;

/// <summary>Whether a snapshot can be read.</summary>
public enum SnapshotGate
{
    /// <summary>Reads wait: it is suspended.</summary>
    Held,

    /// <summary>It can.</summary>
    Open,

    /// <summary>Reads fail: it is invalid.</summary>
    Invalid,
}
