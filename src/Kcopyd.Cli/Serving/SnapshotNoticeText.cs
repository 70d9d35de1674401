using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Serving;

/// <summary>What happens to a snapshot, in words. Pure.</summary>
internal static class SnapshotNoticeText
{
    internal static string Of(SnapshotNotice notice) => notice switch
    {
        SnapshotNotice.Filling filling => $"its store is {filling.Percent} % full",
        SnapshotNotice.Overflowed => "its store has no room left, and what is written to it fails",
        SnapshotNotice.Full => "its store has no room left, and what is written to the origin fails",
        SnapshotNotice.Invalidated lost => $"the snapshot is lost: {Of(lost.Why)}",
        SnapshotNotice.Merged => "all of it is in the origin",
        SnapshotNotice.MergeFailed failed => $"the merge failed: {Of(failed.Why)}",
        _ => $"{notice}",
    };

    private static string Of(SnapshotLoss why) => why switch
    {
        SnapshotLoss.NoRoom => "its store is full",
        SnapshotLoss.OriginRead => "the origin could not be read",
        SnapshotLoss.DataWrite => "its store could not be written",
        SnapshotLoss.Metadata => "the exceptions in its store could not be read or written",
        SnapshotLoss.DataRead => "its store could not be read",
        SnapshotLoss.OriginWrite => "the origin could not be written",
        _ => "another snapshot could not keep what it would have changed",
    };
}
