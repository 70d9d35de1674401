using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

public sealed class SnapshotStatusTests
{
    [Theory]
    [InlineData(2, 0, 204_800, 16, "32/204800 32")]
    [InlineData(3, 0, 204_800, 16, "48/204800 32")]
    [InlineData(38, 1, 64, 1, "38/64 3")]
    [InlineData(2, 0, 2_097_152, 8, "16/2097152 16")]
    public void S16_persistent_store_counts_its_head_and_areas(
        long nextFree, long area, long cow, int chunkSectors, string text) =>
        Assert.Equal(
            text, SnapshotStatus.OfPersistent(nextFree, area, cow, new CowLayout(chunkSectors)).ToString());

    [Fact]
    public void S16_line_is_the_documented_one() =>
        Assert.Equal(
            "0 8388608 snapshot 397896/2097152 1560",
            SnapshotStatus.OfPersistent(49_737, 193, 2_097_152, new CowLayout(8))
                .FullLine(0, 8_388_608, SnapshotTarget.Snapshot));

    [Fact]
    public void S16_line_names_its_target()
    {
        var status = SnapshotStatus.OfTransient(8, 64);

        Assert.Equal("16 64 snapshot-merge 8/64 0", status.FullLine(16, 64, SnapshotTarget.Merge));
        Assert.Equal("16 64 snapshot-origin ", SnapshotStatus.OriginLine(16, 64));
    }

    [Fact]
    public void S23_transient_store_has_no_metadata()
    {
        Assert.Equal("0/204800 0", SnapshotStatus.OfTransient(0, 204_800).ToString());
        Assert.Equal("48/204800 0", SnapshotStatus.OfTransient(48, 204_800).ToString());
    }

    [Theory]
    [InlineData(true, true, true, "Invalid")]
    [InlineData(true, false, false, "Invalid")]
    [InlineData(false, true, true, "Merge failed")]
    [InlineData(false, true, false, "Merge failed")]
    [InlineData(false, false, true, "Overflow")]
    [InlineData(false, false, false, "32/64 16")]
    public void S10_worst_is_said_first(bool isInvalid, bool mergeFailed, bool isOverflowed, string text) =>
        Assert.Equal(text, new SnapshotStatus(isInvalid, mergeFailed, isOverflowed, 32, 64, 16).ToString());

    [Theory]
    [InlineData(0, 0, "16/4096 16", true)]
    [InlineData(0, 1, "24/4096 16", false)]
    [InlineData(0, 256, "2064/4096 16", false)]
    [InlineData(1, 0, "2072/4096 24", false)]
    [InlineData(1, 3, "2096/4096 24", false)]
    public void S17_merge_is_done_when_all_that_is_left_is_metadata(
        long area, int committed, string text, bool isMerged)
    {
        var status = SnapshotStatus.OfMerge(area, committed, 4_096, new CowLayout(8));

        Assert.Equal(text, status.ToString());
        Assert.Equal(isMerged, status.IsMerged);
        Assert.False((status with { MergeFailed = true }).IsMerged);
        Assert.False((status with { IsInvalid = true }).IsMerged);
    }
}
