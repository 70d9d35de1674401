using Kcopyd.Cli.Serving;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Tests.Serving;

public sealed class SnapshotNoticeTextTests
{
    [Fact]
    public void Every_notice_is_a_clause()
    {
        Assert.Equal("its store is 75 % full", SnapshotNoticeText.Of(new SnapshotNotice.Filling(75)));
        Assert.Equal("all of it is in the origin", SnapshotNoticeText.Of(new SnapshotNotice.Merged()));
        Assert.Equal(
            "its store has no room left, and what is written to it fails",
            SnapshotNoticeText.Of(new SnapshotNotice.Overflowed()));
        Assert.Equal(
            "its store has no room left, and what is written to the origin fails",
            SnapshotNoticeText.Of(new SnapshotNotice.Full()));
    }

    [Fact]
    public void Every_reason_for_a_loss_has_words_of_its_own()
    {
        var lost = Enum.GetValues<SnapshotLoss>()
            .Select(why => SnapshotNoticeText.Of(new SnapshotNotice.Invalidated(why)))
            .ToArray();

        Assert.Equal(lost.Length, lost.Distinct().Count());
        Assert.All(lost, text => Assert.StartsWith("the snapshot is lost: ", text, StringComparison.Ordinal));
        Assert.Equal("the snapshot is lost: its store is full", lost[(int)SnapshotLoss.NoRoom]);
        Assert.Equal(
            "the merge failed: the origin could not be written",
            SnapshotNoticeText.Of(new SnapshotNotice.MergeFailed(SnapshotLoss.OriginWrite)));
    }
}
