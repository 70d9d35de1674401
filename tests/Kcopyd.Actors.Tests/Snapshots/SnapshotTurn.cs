namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What becomes of the first snapshot of an origin that is to survive crashes.</summary>
public enum SnapshotTurn
{
    /// <summary>It stays what it is.</summary>
    None,

    /// <summary>It is merged from the beginning.</summary>
    Merged,

    /// <summary>While it is used another takes over its store.</summary>
    HandedOver,

    /// <summary>While it is used a merge takes over its store.</summary>
    HandedOverToMerge,
}
