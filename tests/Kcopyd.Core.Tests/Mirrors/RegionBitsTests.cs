using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Core.Tests.Mirrors;

public sealed class RegionBitsTests
{
    [Fact]
    public void Bits_agree_with_an_array_after_any_steps() =>
        Seeded.ForAll(Steps(), drawn =>
        {
            var (count, steps) = drawn;
            var bits = new RegionBits(count);
            var model = new bool[count];
            foreach (var (region, value) in steps)
            {
                Assert.Equal(model[region] != value, value ? bits.Set(region) : bits.Clear(region));
                model[region] = value;
            }

            AssertSame(model, bits);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void All_bits_are_set_and_cleared_at_once_and_none_past_the_end(int count)
    {
        var bits = new RegionBits(count);
        bits.SetAll();
        AssertSame([.. Enumerable.Repeat(true, count)], bits);

        bits.ClearAll();
        AssertSame(new bool[count], bits);
    }

    [Fact]
    public void First_region_is_the_lowest_bit_of_the_first_word()
    {
        var bits = new RegionBits(130);
        bits.Set(0);
        bits.Set(2);
        bits.Set(64);
        bits.Set(129);

        Assert.Equal([0b101UL, 1UL, 0b10UL], bits.Words.ToArray());
    }

    [Fact]
    public void Regions_that_are_not_there_are_refused()
    {
        var bits = new RegionBits(65);

        Assert.Throws<ArgumentOutOfRangeException>(() => bits[65]);
        Assert.Throws<ArgumentOutOfRangeException>(() => bits.Set(65));
        Assert.Throws<ArgumentOutOfRangeException>(() => bits.Clear(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => bits.NextSet(66));
        Assert.Throws<ArgumentOutOfRangeException>(() => bits.NextClear(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RegionBits(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RegionBits(MirrorGeometry.MaxRegionCount + 1));
    }

    private static Arbitrary<(int Count, (int Region, bool Value)[] Steps)> Steps()
    {
        var steps = from count in Gen.Choose(1, 200)
                    from fills in Gen.Elements(true, false)
                    from drawn in (from region in Gen.Choose(0, count - 1)
                                   from kind in Gen.Choose(0, 3)
                                   select (region, kind > 0 == fills)).ArrayOf()
                    select (count, drawn);
        return Arb.From(steps);
    }

    private static void AssertSame(bool[] model, RegionBits bits)
    {
        Assert.Equal(model.Length, bits.Count);
        Assert.Equal(model.Count(bit => bit), bits.SetCount);
        Assert.Equal(model, Enumerable.Range(0, model.Length).Select(i => bits[i]));
        for (var from = 0; from <= model.Length; from++)
        {
            Assert.Equal(Array.FindIndex(model, from, bit => bit), bits.NextSet(from));
            Assert.Equal(Array.FindIndex(model, from, bit => !bit), bits.NextClear(from));
        }

        for (var bit = model.Length; bit < bits.Words.Length * 64; bit++)
        {
            Assert.Equal(0UL, (bits.Words[bit / 64] >> (bit % 64)) & 1);
        }
    }
}
