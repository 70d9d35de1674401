using System.Diagnostics;

namespace Kcopyd.Core.Snapshots;

/// <summary>The words of a snapshot's table. The case of a target matters, that of the others does not.</summary>
internal static class SnapshotTableWords
{
    public const string Origin = "snapshot-origin";
    public const string Snapshot = "snapshot";
    public const string Merge = "snapshot-merge";
    public const string DiscardZeroesCow = "discard_zeroes_cow";
    public const string DiscardPassdownOrigin = "discard_passdown_origin";

    /// <summary>The word of a target.</summary>
    public static string Of(SnapshotTarget target) => target switch
    {
        SnapshotTarget.Origin => Origin,
        SnapshotTarget.Snapshot => Snapshot,
        SnapshotTarget.Merge => Merge,
        _ => throw new UnreachableException($"{target}"),
    };

    /// <summary>The word of a kind of store.</summary>
    public static string Of(SnapshotStoreKind kind) => kind switch
    {
        SnapshotStoreKind.Persistent => "P",
        SnapshotStoreKind.PersistentOverflow => "PO",
        SnapshotStoreKind.Transient => "N",
        _ => throw new UnreachableException($"{kind}"),
    };
}
