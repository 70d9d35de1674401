using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Tests.Planning;

public sealed class TransferPlanningTests
{
    private static readonly TransferRequest Copy = new(CopyJobKind.Copy, "s", ["t"], CopyOptions.Default);

    [Fact]
    public void A_missing_target_is_made_as_long_as_the_bytes_that_there_are()
    {
        var plan = TransferPlanning.Plan(Copy, File("s", 1000), [Missing("t")]);

        Assert.Equal(SectorRange.Create(0, 2), plan.Source);
        Assert.Equal(1000, plan.TotalBytes);
        Assert.Equal(
            new TargetPlan("t", SectorRange.Create(0, 2), TargetPreparation.Create, 1000), Assert.Single(plan.Targets));
    }

    [Theory]
    [InlineData(0, null, 0, 1000, 1000)]
    [InlineData(1, null, 0, 488, 488)]
    [InlineData(0, 1L, 0, 512, 512)]
    [InlineData(1, 1L, 3, 488, 2024)]
    [InlineData(2, null, 5, 0, 2560)]
    public void A_new_file_has_room_for_its_range_and_no_more(
        long sector, long? count, long targetSector, long bytes, long length)
    {
        var request = Copy with { SourceSector = sector, SectorCount = count, TargetSector = targetSector };

        var plan = TransferPlanning.Plan(request, File("s", 1000), [Missing("t")]);

        Assert.Equal(bytes, plan.TotalBytes);
        Assert.Equal(length, plan.Targets[0].LengthBytes);
        Assert.Equal(targetSector, plan.Targets[0].Range.Start);
    }

    [Theory]
    [InlineData(999, true, 1000)]
    [InlineData(0, true, 1000)]
    [InlineData(1000, false, 1000)]
    [InlineData(5000, false, 5000)]
    public void An_existing_file_is_extended_only_when_it_is_short_by_the_byte(
        long length, bool isExtended, long expected)
    {
        var plan = TransferPlanning.Plan(Copy, File("s", 1000), [File("t", length)]);

        var preparation = isExtended ? TargetPreparation.Extend : TargetPreparation.None;
        Assert.Equal(preparation, plan.Targets[0].Preparation);
        Assert.Equal(expected, plan.Targets[0].LengthBytes);
    }

    [Fact]
    public void A_short_file_is_refused_when_a_target_sector_was_given_even_if_it_is_the_first()
    {
        var refused = Assert.Throws<RefusedException>(
            () => TransferPlanning.Plan(Copy with { TargetSector = 0 }, File("s", 1000), [File("t", 999)]));

        Assert.Contains("999 bytes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_device_is_never_extended() => Assert.Throws<RefusedException>(
        () => TransferPlanning.Plan(Copy, File("s", 1024), [Disk("t", 512)]));

    [Fact]
    public void Every_target_is_looked_at_before_any_is_planned_to_change() => Assert.Throws<RefusedException>(
        () => TransferPlanning.Plan(Copy, File("s", 1024), [Missing("new"), File("short", 1), Disk("t", 512)]));

    [Theory]
    [InlineData(3, null)]
    [InlineData(0, 3L)]
    [InlineData(2, 1L)]
    [InlineData(0, SectorRange.Limit)]
    public void A_range_past_the_end_of_the_source_is_refused(long sector, long? count)
    {
        var request = Copy with { SourceSector = sector, SectorCount = count };

        Assert.Throws<RefusedException>(() => TransferPlanning.Plan(request, File("s", 1000), [Missing("t")]));
    }

    [Fact]
    public void A_target_range_past_the_last_possible_sector_is_refused() => Assert.Throws<RefusedException>(
        () => TransferPlanning.Plan(Copy with { TargetSector = SectorRange.Limit }, File("s", 1000), [Missing("t")]));

    [Fact]
    public void Zeros_go_to_the_odd_end_of_a_file_and_do_not_extend_it()
    {
        var plan = TransferPlanning.Plan(Zero(), null, [File("t", 1000)]);

        Assert.Null(plan.Source);
        Assert.Equal(1000, plan.TotalBytes);
        Assert.Equal(new TargetPlan("t", SectorRange.Create(0, 2), TargetPreparation.None, 1000), plan.Targets[0]);
    }

    [Fact]
    public void Zeros_from_a_sector_on_go_to_the_end()
    {
        var plan = TransferPlanning.Plan(Zero() with { TargetSector = 1 }, null, [File("t", 1000)]);

        Assert.Equal(SectorRange.Create(1, 1), plan.Targets[0].Range);
        Assert.Equal(488, plan.TotalBytes);
    }

    [Fact]
    public void Zeros_with_a_count_make_a_file()
    {
        var plan = TransferPlanning.Plan(Zero() with { SectorCount = 4 }, null, [Missing("t")]);

        Assert.Equal(new TargetPlan("t", SectorRange.Create(0, 4), TargetPreparation.Create, 2048), plan.Targets[0]);
    }

    [Fact]
    public void A_comparison_creates_and_extends_nothing_and_may_name_one_file_twice()
    {
        var verify = Copy with { Kind = CopyJobKind.Verify };

        Assert.Throws<RefusedException>(() => TransferPlanning.Plan(verify, File("s", 1000), [Missing("t")]));
        Assert.Throws<RefusedException>(() => TransferPlanning.Plan(verify, File("s", 1000), [File("t", 999)]));
        var plan = TransferPlanning.Plan(verify, File("s", 1000), [File("s", 1000)]);
        Assert.Equal(TargetPreparation.None, plan.Targets[0].Preparation);
    }

    [Theory]
    [InlineData(0, 10, 10, false)]
    [InlineData(0, 10, 9, true)]
    [InlineData(10, 10, 0, false)]
    [InlineData(10, 11, 0, true)]
    public void Ranges_of_one_device_may_touch_but_not_overlap(long from, long count, long to, bool isRefused)
    {
        var request = Copy with { SourceSector = from, SectorCount = count, TargetSector = to };
        if (to == 0)
        {
            request = request with { SourceSector = 10, SectorCount = count };
        }

        TransferPlan Plan() => TransferPlanning.Plan(request, Disk("s", 64 * 512), [Disk("s", 64 * 512)]);

        if (isRefused)
        {
            Assert.Throws<RefusedException>(Plan);
        }
        else
        {
            Assert.True(Plan().Targets[0].IsSource);
        }
    }

    [Fact]
    public void A_partition_overlaps_its_disk_where_it_lies_and_nowhere_else()
    {
        // disk       0 ......................... 63
        // partition          32 ......... 63
        var disk = Disk("disk", 64 * 512);
        var partition = new BlockDeviceDescription(
            "partition", true, false, 32 * 512, [new StorageExtent("disk:disk", 32 * 512, 32 * 512)]);

        var plan = TransferPlanning.Plan(Copy with { SectorCount = 32 }, disk, [partition]);

        Assert.False(plan.Targets[0].IsSource);
        var overlapping = Copy with { SectorCount = 1, SourceSector = 40, TargetSector = 8 };
        Assert.Throws<RefusedException>(() => TransferPlanning.Plan(overlapping, disk, [partition]));
    }

    [Fact]
    public void A_null_device_may_be_written_twice_and_a_file_may_not()
    {
        var none = new BlockDeviceDescription("null:1K", true, false, 1024, []);

        var plan = TransferPlanning.Plan(Copy, File("s", 1024), [none, none]);

        Assert.Equal(2, plan.Targets.Length);
        Assert.Throws<RefusedException>(() => TransferPlanning.Plan(Copy, File("s", 1), [File("t", 0), File("t", 0)]));
        Assert.Throws<RefusedException>(
            () => TransferPlanning.Plan(Copy, File("s", 1), [Missing("t"), Missing("./t")]));
    }

    [Theory]
    [InlineData(512, 1, 7, false)]
    [InlineData(4096, 8, 8, false)]
    [InlineData(4096, 1, 8, true)]
    [InlineData(4096, 0, 7, true)]
    [InlineData(4096, 8, 3, false)]
    [InlineData(4096, 1, 0, false)]
    public void A_direct_range_begins_and_ends_on_blocks_or_at_the_end(
        int block, long start, long count, bool isRefused)
    {
        // 11 sectors: the last block of 4096 bytes is not whole.
        var geometry = new BlockDeviceGeometry(11 * 512, block, block, false, BlockDeviceAbilities.None);

        var refused = Record.Exception(
            () => DirectAlignment.Check("t", geometry, SectorRange.Create(start, count), geometry.LengthBytes));

        Assert.Equal(isRefused, refused is RefusedException);
    }

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("file:/a%20b", "/a b")]
    [InlineData("file:///a/b", "/a/b")]
    [InlineData("file://localhost/a", "/a")]
    public void The_path_of_a_device_is_what_its_uri_names(string uri, string path) =>
        Assert.Equal(path, DevicePath.Of(uri));

    private static TransferRequest Zero() => new(CopyJobKind.Zero, null, ["t"], CopyOptions.Default);

    private static BlockDeviceDescription File(string name, long length) =>
        new(name, true, true, length, length == 0 ? [] : [new StorageExtent($"file:{name}", 0, length)]);

    private static BlockDeviceDescription Disk(string name, long length) =>
        new(name, true, false, length, [new StorageExtent($"disk:{name}", 0, length)]);

    private static BlockDeviceDescription Missing(string name) => new(name, false, true, 0, []);
}
