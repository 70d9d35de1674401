using System.Collections;
using FsCheck;
using FsCheck.Fluent;

namespace Kcopyd.Core.Tests;

public sealed class ExtentSetTests
{
    private const int Universe = 64;

    [Fact]
    public void Set_agrees_with_an_array_of_bits_after_any_steps() =>
        Seeded.ForAll(Steps(), steps =>
        {
            var set = new ExtentSet();
            var model = new BitArray(Universe);
            foreach (var (adds, range) in steps)
            {
                var before = CountWithin(model, range);
                Assert.Equal(adds ? range.Count - before : before, adds ? set.Add(range) : set.Remove(range));
                Fill(model, range, adds);
                AssertSame(model, set);
            }
        });

    [Fact]
    public void Parts_within_and_missing_agree_with_an_array_of_bits() =>
        Seeded.ForAll(Steps(), steps =>
        {
            var set = new ExtentSet(steps.Where(step => step.Adds).Select(step => step.Range));
            var model = new BitArray(Universe);
            foreach (var (_, range) in steps.Where(step => step.Adds))
            {
                Fill(model, range, true);
            }

            foreach (var (_, range) in steps)
            {
                var sectors = Sectors(range);
                Assert.Equal(sectors.Where(i => model[i]), set.Within(range).SelectMany(Sectors));
                Assert.Equal(sectors.Where(i => !model[i]), set.Missing(range).SelectMany(Sectors));
                Assert.Equal(sectors.All(i => model[i]), set.Contains(range));
                Assert.All(set.Within(range).Concat(set.Missing(range)), part => Assert.False(part.IsEmpty));
            }
        });

    [Fact]
    public void Runs_that_touch_become_one()
    {
        var set = new ExtentSet([SectorRange.Create(0, 4), SectorRange.Create(8, 4)]);

        Assert.Equal(4, set.Add(SectorRange.Create(4, 4)));

        Assert.Equal([SectorRange.Create(0, 12)], set);
    }

    [Fact]
    public void Removing_from_the_middle_cuts_in_two()
    {
        var set = new ExtentSet([SectorRange.Create(0, 10)]);

        Assert.Equal(2, set.Remove(SectorRange.Create(4, 2)));

        Assert.Equal([SectorRange.Create(0, 4), SectorRange.Create(6, 4)], set);
    }

    [Fact]
    public void Empty_range_inside_a_run_has_no_parts()
    {
        var set = new ExtentSet([SectorRange.Create(0, 10)]);
        var nothing = SectorRange.Create(5, 0);

        Assert.Empty(set.Within(nothing));
        Assert.Empty(set.Missing(nothing));
        Assert.True(set.Contains(nothing));
        Assert.Equal(0, set.Add(nothing));
        Assert.Equal(0, set.Remove(nothing));
    }

    [Fact]
    public void Whole_address_space_fits()
    {
        var all = SectorRange.Create(0, SectorRange.Limit);
        var set = new ExtentSet([SectorRange.Create(SectorRange.Limit - 1, 1), SectorRange.Create(0, 1)]);

        Assert.Equal(SectorRange.Limit - 2, set.Add(all));
        Assert.Equal([all], set);
        Assert.Equal(SectorRange.Limit, set.Remove(all));
        Assert.True(set.IsEmpty);
    }

    private static Arbitrary<(bool Adds, SectorRange Range)[]> Steps()
    {
        var step = from kind in Gen.Choose(0, 2)
                   from start in Gen.Choose(0, Universe)
                   from count in Gen.Choose(0, Math.Min(16, Universe - start))
                   select (kind > 0, SectorRange.Create(start, count));
        return Arb.From(step.ArrayOf(), Shorter);
    }

    private static IEnumerable<(bool Adds, SectorRange Range)[]> Shorter((bool Adds, SectorRange Range)[] steps) =>
        steps.Select((_, i) => steps.Where((_, j) => j != i).ToArray());

    private static void AssertSame(BitArray model, ExtentSet set)
    {
        Assert.Equal(Sectors(SectorRange.Create(0, Universe)).Where(i => model[i]), set.SelectMany(Sectors));
        Assert.Equal(CountWithin(model, SectorRange.Create(0, Universe)), set.SectorCount);
        Assert.Equal(set.SectorCount == 0, set.IsEmpty);
        for (var i = 1; i < set.Count; i++)
        {
            Assert.True(set[i - 1].End < set[i].Start, $"{set[i - 1]} and {set[i]} are one run");
        }
    }

    private static IEnumerable<int> Sectors(SectorRange range) => Enumerable.Range((int)range.Start, (int)range.Count);

    private static long CountWithin(BitArray model, SectorRange range) => Sectors(range).Count(i => model[i]);

    private static void Fill(BitArray model, SectorRange range, bool value)
    {
        foreach (var sector in Sectors(range))
        {
            model[sector] = value;
        }
    }
}
