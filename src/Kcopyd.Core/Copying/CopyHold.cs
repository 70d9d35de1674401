namespace Kcopyd.Core.Copying;

/// <summary>What a job may not do for now, because its journal has to catch up.</summary>
public enum CopyHold
{
    /// <summary>Nothing is held.</summary>
    None,

    /// <summary>No segment is begun; those in flight go on.</summary>
    NewSegments,

    /// <summary>No write is begun; segments that were not yet written are taken back.</summary>
    Writes,
}
