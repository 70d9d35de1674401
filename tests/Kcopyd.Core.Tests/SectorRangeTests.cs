using FsCheck;
using FsCheck.Fluent;

namespace Kcopyd.Core.Tests;

public sealed class SectorRangeTests
{
    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(SectorRange.Limit + 1, 0)]
    [InlineData(SectorRange.Limit, 1)]
    [InlineData(1, SectorRange.Limit)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void Range_outside_of_what_bytes_can_count_is_refused(long start, long count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SectorRange.Create(start, count));

    [Fact]
    public void Largest_range_still_has_byte_positions()
    {
        var all = SectorRange.Create(0, SectorRange.Limit);

        Assert.Equal(SectorRange.Limit * 512, all.CountBytes);
        Assert.True(all.CountBytes > 0);
        Assert.Equal(0, SectorRange.Create(SectorRange.Limit, 0).Count);
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(-1, long.MaxValue)]
    public void Between_needs_its_end_after_its_start(long start, long end) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SectorRange.Between(start, end));

    [Fact]
    public void Shift_stays_within_bounds()
    {
        var range = SectorRange.Create(10, 5);

        Assert.Equal(SectorRange.Create(0, 5), range.Shift(-10));
        Assert.Throws<ArgumentOutOfRangeException>(() => range.Shift(-11));
        Assert.Throws<ArgumentOutOfRangeException>(() => range.Shift(SectorRange.Limit));
        Assert.Throws<OverflowException>(() => range.Shift(long.MaxValue));
    }

    [Fact]
    public void Set_operations_agree_with_sets_of_numbers() =>
        Seeded.ForAll(Pairs(), pair =>
        {
            var (left, right) = pair;
            var (a, b) = (Numbers(left), Numbers(right));

            Assert.Equal(a.Overlaps(b), left.Overlaps(right));
            Assert.Equal(a.Intersect(b).Order(), Numbers(left.Intersect(right)).Order());
            Assert.True(right.IsEmpty || left.Contains(right) == b.IsSubsetOf(a));
        });

    [Fact]
    public void Order_is_by_start_then_by_count() =>
        Seeded.ForAll(Pairs(), pair =>
        {
            var (left, right) = pair;
            var expected = (left.Start, left.Count).CompareTo((right.Start, right.Count));

            Assert.Equal(Math.Sign(expected), Math.Sign(left.CompareTo(right)));
            Assert.Equal(expected < 0, left < right);
            Assert.Equal(expected > 0, left > right);
            Assert.Equal(expected <= 0, left <= right);
            Assert.Equal(expected >= 0, left >= right);
            Assert.Equal(expected == 0, left == right);
        });

    [Fact]
    public void Text_names_start_and_count() => Assert.Equal("8+16", SectorRange.Create(8, 16).ToString());

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(512, 1)]
    [InlineData(513, 2)]
    [InlineData(long.MaxValue, SectorRange.Limit + 1)]
    public void Bytes_fill_whole_sectors(long bytes, long sectors) => Assert.Equal(sectors, Sectors.FromBytes(bytes));

    [Fact]
    public void Sectors_that_bytes_cannot_count_are_refused()
    {
        Assert.Equal(1024, Sectors.ToBytes(2));
        Assert.Throws<OverflowException>(() => Sectors.ToBytes(SectorRange.Limit + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sectors.FromBytes(-1));
    }

    private static Arbitrary<(SectorRange Left, SectorRange Right)> Pairs()
    {
        var range = from start in Gen.Choose(0, 12)
                    from count in Gen.Choose(0, 6)
                    select SectorRange.Create(start, count);
        return Gen.Two(range).Select(pair => (pair.Item1, pair.Item2)).ToArbitrary();
    }

    private static HashSet<long> Numbers(SectorRange range)
    {
        var numbers = new HashSet<long>();
        for (var sector = range.Start; sector < range.End; sector++)
        {
            numbers.Add(sector);
        }

        return numbers;
    }
}
