namespace Kcopyd.Core.Snapshots;

/// <summary>Why a request failed.</summary>
public enum ChunkRefusal
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>A device failed; who did the request knows how.</summary>
    Device,

    /// <summary>The snapshot is invalid.</summary>
    Invalid,

    /// <summary>The snapshot overflowed: it takes no writes.</summary>
    Overflowed,

    /// <summary>A store is full, and the request would change what its snapshot shows.</summary>
    NoRoom,

    /// <summary>What a snapshot shows could not be kept, and its policy saves the snapshot.</summary>
    NotKept,

    /// <summary>The merge that the request waited for failed.</summary>
    MergeFailed,

    /// <summary>The snapshot was removed.</summary>
    Removed,
}
