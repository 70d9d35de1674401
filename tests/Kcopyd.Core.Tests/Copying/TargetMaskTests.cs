using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

public sealed class TargetMaskTests
{
    [Theory]
    [InlineData(0, 0UL)]
    [InlineData(1, 1UL)]
    [InlineData(63, ulong.MaxValue >> 1)]
    [InlineData(64, ulong.MaxValue)]
    public void First_targets_are_the_low_bits(int count, ulong bits)
    {
        Assert.Equal(new TargetMask(bits), TargetMask.All(count));
        Assert.Equal(count, TargetMask.All(count).Count);
        Assert.Equal(Enumerable.Range(0, count), TargetMask.All(count).Indexes());
    }

    [Fact]
    public void Index_outside_of_the_mask_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TargetMask.All(65));
        Assert.Throws<ArgumentOutOfRangeException>(() => TargetMask.All(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TargetMask.Of(64));
        Assert.Throws<ArgumentOutOfRangeException>(() => TargetMask.None.Contains(-1));
    }

    [Fact]
    public void Mask_agrees_with_a_set_of_numbers() =>
        Seeded.ForAll(Pairs(), pair =>
        {
            var (a, b) = pair;
            var (left, right) = (Mask(a), Mask(b));

            Assert.Equal(a.Union(b).Order(), left.Or(right).Indexes());
            Assert.Equal(a.Intersect(b).Order(), left.And(right).Indexes());
            Assert.Equal(a.Except(b).Order(), left.Except(right).Indexes());
            Assert.Equal(a.Count, left.Count);
            Assert.Equal(a.Count == 0, left.IsEmpty);
            Assert.All(a, target => Assert.False(left.Without(target).Contains(target)));
            Assert.All(b, target => Assert.Equal(a.Contains(target), left.Contains(target)));
        });

    [Fact]
    public void Text_is_binary() => Assert.Equal("0b101", new TargetMask(5).ToString());

    private static TargetMask Mask(HashSet<int> targets) =>
        targets.Aggregate(TargetMask.None, (mask, target) => mask.With(target));

    private static Arbitrary<(HashSet<int> Left, HashSet<int> Right)> Pairs() =>
        Gen.Two(Gen.Choose(0, 63).ListOf())
            .Select(pair => (pair.Item1.ToHashSet(), pair.Item2.ToHashSet()))
            .ToArbitrary();
}
