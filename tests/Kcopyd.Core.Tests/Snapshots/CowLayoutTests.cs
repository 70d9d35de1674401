using FsCheck.Fluent;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

public sealed class CowLayoutTests
{
    [Theory]
    [InlineData(1, 32, 34, 67)]
    [InlineData(8, 256, 258, 515)]
    [InlineData(16, 512, 514, 1_027)]
    [InlineData(32, 1_024, 1_026, 2_051)]
    [InlineData(1 << 21, 1 << 26, (1 << 26) + 2, (1L << 27) + 3)]
    public void S6_areas_stand_where_the_format_has_them(int chunkSectors, int entries, long second, long third)
    {
        var layout = new CowLayout(chunkSectors);

        Assert.Equal(chunkSectors, layout.ChunkSectors);
        Assert.Equal(chunkSectors * 512, layout.ChunkBytes);
        Assert.Equal(entries, layout.EntriesPerArea);
        Assert.Equal([1, second, third], new long[] { 0, 1, 2 }.Select(layout.AreaChunk));
        Assert.All([1, second, third], chunk => Assert.True(layout.IsArea(chunk)));
        Assert.All(
            [0, 2, second - 1, second + 1, third - 1, third + 1], chunk => Assert.False(layout.IsArea(chunk)));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(32, 33)]
    [InlineData(33, 35)]
    [InlineData(34, 35)]
    [InlineData(65, 66)]
    [InlineData(66, 68)]
    public void S6_data_goes_on_behind_an_area(long chunk, long next) =>
        Assert.Equal(next, new CowLayout(1).NextData(chunk));

    [Theory]
    [InlineData(-8)]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData((1L << 22) - 1)]
    [InlineData(1L << 22)]
    [InlineData((1L << 32) + 16)]
    [InlineData(long.MinValue)]
    public void S15_chunk_size_is_a_power_of_two_below_two_gibibytes(long sectors)
    {
        Assert.False(CowLayout.IsChunkSize(sectors));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CowLayout(sectors));
    }

    [Fact]
    public void Every_power_of_two_up_to_one_gibibyte_is_a_chunk_size() =>
        Assert.All(Enumerable.Range(0, 22), shift => Assert.True(CowLayout.IsChunkSize(1L << shift)));

    [Fact]
    public void Chunks_and_sectors_lead_to_each_other()
    {
        var layout = new CowLayout(16);

        Assert.Equal(SectorRange.Create(48, 16), layout.RangeOf(3));
        Assert.Equal([2, 3, 3, 4], new long[] { 47, 48, 63, 64 }.Select(layout.ChunkOf));
        Assert.Equal([0, 0, 1, 1, 2], new long[] { 0, 15, 16, 31, 32 }.Select(layout.WholeChunks));
        Assert.Equal([0, 1, 1, 2, 2], new long[] { 0, 15, 16, 17, 32 }.Select(layout.ChunksFor));
    }

    [Fact]
    public void What_no_device_has_is_refused()
    {
        var layout = new CowLayout(16);
        var last = layout.RangeOf((SectorRange.Limit / 16) - 1);

        Assert.True(last.End <= SectorRange.Limit);
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.RangeOf(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.RangeOf(SectorRange.Limit / 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.RangeOf(1L << 60));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.ChunkOf(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.ChunksFor(-1));
        Assert.Throws<OverflowException>(() => layout.AreaChunk(long.MaxValue / 2));
    }

    [Fact]
    public void S6_every_chunk_is_head_area_or_data_and_each_area_has_data_for_its_entries()
    {
        var layouts = from shift in Gen.Choose(0, 6)
                      from area in Gen.Choose(0, 1_000_000)
                      select (Layout: new CowLayout(1L << shift), Area: area);
        Seeded.ForAll(Arb.From(layouts), drawn =>
        {
            var (layout, area) = drawn;
            var chunk = layout.AreaChunk(area);
            for (var entry = 0; entry < layout.EntriesPerArea; entry++)
            {
                Assert.Equal(chunk + 1, layout.NextData(chunk));
                chunk++;
            }

            Assert.Equal(layout.AreaChunk(area + 1), chunk + 1);
            Assert.Equal(chunk + 2, layout.NextData(chunk));
        });
    }
}
