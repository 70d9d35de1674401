using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

public sealed class MirrorGeometryTests
{
    [Fact]
    public void Regions_cover_the_mirror_and_the_last_may_be_short()
    {
        // sectors  0      1024    2048  2500
        // regions  |--0--|--1--|--2--|
        var geometry = MirrorGeometry.Create(2_500, 1_024);

        Assert.Equal(3, geometry.RegionCount);
        Assert.Equal(SectorRange.Create(1_024, 1_024), geometry.RangeOf(1));
        Assert.Equal(SectorRange.Create(2_048, 452), geometry.RangeOf(2));
        Assert.Equal([0L, 0, 1, 2, 2], new long[] { 0, 1_023, 1_024, 2_048, 2_499 }.Select(geometry.RegionOf));
    }

    [Fact]
    public void Range_names_the_first_and_last_region_that_it_touches()
    {
        var geometry = MirrorGeometry.Create(2_500, 1_024);

        Assert.Equal((0, 0), geometry.RegionsOf(SectorRange.Create(0, 1_024)));
        Assert.Equal((0, 1), geometry.RegionsOf(SectorRange.Create(1_023, 2)));
        Assert.Equal((0, 2), geometry.RegionsOf(SectorRange.Create(0, 2_500)));
    }

    [Fact]
    public void Mirror_of_one_region_size_has_one_region() =>
        Assert.Equal(1, MirrorGeometry.Create(2, 2).RegionCount);

    [Fact]
    public void Geometries_of_the_same_numbers_are_equal()
    {
        Assert.Equal(MirrorGeometry.Create(64, 8), MirrorGeometry.Create(64, 8));
        Assert.NotEqual(MirrorGeometry.Create(64, 8), MirrorGeometry.Create(64, 16));
    }

    [Theory]
    [InlineData(1024, 3)]
    [InlineData(1024, 1)]
    [InlineData(1024, 0)]
    [InlineData(1024, -2)]
    [InlineData(1024, long.MinValue)]
    [InlineData(1024, 2048)]
    [InlineData(0, 2)]
    [InlineData(-8, 2)]
    [InlineData(SectorRange.Limit + 1, 1L << 40)]
    [InlineData((1L << 33) + 1, 2)]
    public void Lengths_and_region_sizes_out_of_range_are_refused(long length, long regionSize) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MirrorGeometry.Create(length, regionSize));

    [Fact]
    public void Longest_mirror_and_most_regions_are_accepted()
    {
        Assert.Equal(MirrorGeometry.MaxRegionCount, MirrorGeometry.Create(1L << 33, 2).RegionCount);

        var longest = MirrorGeometry.Create(SectorRange.Limit, 1L << 40);
        Assert.Equal(SectorRange.Limit, longest.RangeOf(longest.RegionCount - 1).End);
    }

    [Fact]
    public void Sectors_and_regions_that_are_not_there_are_refused()
    {
        var geometry = MirrorGeometry.Create(2_500, 1_024);

        Assert.Throws<ArgumentOutOfRangeException>(() => geometry.RegionOf(2_500));
        Assert.Throws<ArgumentOutOfRangeException>(() => geometry.RegionOf(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => geometry.RangeOf(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => geometry.RangeOf(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => geometry.RegionsOf(SectorRange.Create(2_499, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => geometry.RegionsOf(SectorRange.Create(5, 0)));
    }
}
