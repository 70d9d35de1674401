namespace Kcopyd.Core.Snapshots;

/// <summary>What made a snapshot invalid, or ended its merge.</summary>
public enum SnapshotLoss
{
    /// <summary>The store is full.</summary>
    NoRoom,

    /// <summary>The origin could not be read.</summary>
    OriginRead,

    /// <summary>Data could not be written to the store.</summary>
    DataWrite,

    /// <summary>The store's exceptions could not be read or written, or the store is damaged.</summary>
    Metadata,

    /// <summary>The store could not be read.</summary>
    DataRead,

    /// <summary>The origin could not be written or flushed.</summary>
    OriginWrite,

    /// <summary>Another snapshot could not keep what the merge would have changed.</summary>
    OtherSnapshot,
}
