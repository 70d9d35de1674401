using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tests.Snapshots;

/// <summary>The table against a dictionary.</summary>
public sealed class ExceptionTableModelTests
{
    private const int Universe = 40;

    public static TheoryData<string> Orders => [.. ExceptionOrders.Names];

    [Fact]
    public void Table_agrees_with_a_dictionary_after_any_steps() =>
        Seeded.ForAll(Steps(), steps =>
        {
            var (table, model) = (new ExceptionTable(), new ExceptionModel());
            foreach (var (adds, old, shift) in steps)
            {
                if (adds)
                {
                    model.Add(table, old, old + shift);
                }
                else
                {
                    model.Remove(table, old);
                }
            }

            model.AssertSame(table);
            for (var old = 0; old < Universe; old++)
            {
                model.AssertSameAt(table, old, Universe);
                model.AssertSameAt(table, old, old + 1);
            }
        });

    [Theory]
    [MemberData(nameof(Orders))]
    public void Table_agrees_with_a_dictionary_whatever_the_order(string order) =>
        Seeded.Run(3, (_, random) =>
        {
            var (table, model) = (new ExceptionTable(), new ExceptionModel());
            foreach (var (old, @new) in ExceptionOrders.Draw(order, 8_000, random))
            {
                model.Add(table, old, @new);
            }

            model.AssertSame(table);
            AssertSameAround(table, model, random);
            RemoveSome(table, model, random);
            foreach (var (old, @new) in ExceptionOrders.Draw(order, 4_000, random))
            {
                model.Add(table, old, @new);
            }

            model.AssertSame(table);
            RemoveAll(table, model, random);
        });

    [Fact]
    public void Removals_newest_first_leave_what_was_there_before() =>
        Seeded.Run(4, (_, random) =>
        {
            var order = ExceptionOrders.Names[random.Next(ExceptionOrders.Names.Count)];
            var (table, model) = (new ExceptionTable(), new ExceptionModel());
            var drawn = ExceptionOrders.Draw(order, 8_000, random).DistinctBy(pair => pair.Old).ToList();
            drawn.ForEach(pair => model.Add(table, pair.Old, pair.New));
            for (var i = drawn.Count - 1; i >= 0; i--)
            {
                model.Remove(table, drawn[i].Old);
                if (i % 1_000 == 0)
                {
                    model.AssertSame(table);
                }
            }
        });

    [Fact]
    public void Additions_and_removals_take_turns() =>
        Seeded.Run(10, (_, random) =>
        {
            var (table, model) = (new ExceptionTable(), new ExceptionModel());
            var bits = random.Next(9, 54);
            for (var turn = 0; turn < 30; turn++)
            {
                // Turns that mostly add are followed by turns that mostly remove.
                var adds = random.NextDouble();
                for (var i = 0; i < 700; i++)
                {
                    Step(table, model, random, (bits, adds));
                }

                model.AssertSame(table);
            }
        });

    [Fact]
    public void Many_branches_agree_with_a_dictionary() =>
        Seeded.Run(1, (_, random) =>
        {
            var (table, model) = (new ExceptionTable(), new Dictionary<long, long>());
            for (var i = 0L; i < 400_000; i++)
            {
                var old = random.NextInt64(1L << 31);
                if (model.TryAdd(old, i) != table.TryAdd(old, i))
                {
                    Assert.Fail($"{old}, the {i}th, was taken for one that is there, or not.");
                }
            }

            AssertSame(model, table);
            var removed = model.Keys.Where(_ => random.Next(10) > 0).ToArray();
            random.Shuffle(removed);
            foreach (var old in removed)
            {
                model.Remove(old);
                Assert.True(table.Remove(old));
            }

            AssertSame(model, table);
            Assert.All(model.Keys, old => Assert.True(table.Remove(old)));
            Assert.Empty(table.Runs());
            Assert.Equal((0, 0), (table.Count, table.RunCount));
        });

    private static Arbitrary<(bool Adds, int Old, int Shift)[]> Steps()
    {
        var step = from kind in Gen.Choose(0, 3)
                   from old in Gen.Choose(0, Universe - 1)
                   from shift in Gen.Choose(0, 1)
                   select (kind > 0, old, shift * 7);
        return Arb.From(step.ArrayOf(), Shorter);
    }

    private static IEnumerable<(bool Adds, int Old, int Shift)[]> Shorter((bool Adds, int Old, int Shift)[] steps) =>
        steps.Select((_, i) => steps.Where((_, j) => j != i).ToArray());

    private static void Step(ExceptionTable table, ExceptionModel model, Random random, (int Bits, double Adds) turn)
    {
        var old = random.NextInt64(1L << turn.Bits);
        if (random.NextDouble() < turn.Adds)
        {
            // Mostly one of three mappings, so that neighbours group; of few bits there are many neighbours.
            model.Add(table, old, old + (random.Next(3) << 10));
            return;
        }

        var near = table.FindRun(old, ExceptionTable.OldChunkLimit);
        model.Remove(table, near.IsMapped ? old : Math.Min(near.OldEnd, ExceptionTable.OldChunkLimit - 1));
        model.AssertSameAt(table, old, Math.Min(old + random.Next(1, 1_000), ExceptionTable.OldChunkLimit));
    }

    private static void AssertSameAround(ExceptionTable table, ExceptionModel model, Random random)
    {
        var olds = model.Olds.ToArray();
        for (var i = 0; i < 1_000; i++)
        {
            var old = Math.Clamp(
                olds[random.Next(olds.Length)] + random.Next(-2, 3), 0, ExceptionTable.OldChunkLimit - 1);
            var limit = Math.Min(old + 1 + random.NextInt64(1L << random.Next(54)), ExceptionTable.OldChunkLimit);
            model.AssertSameAt(table, old, limit);
        }
    }

    /// <summary>Half of all, in any order, then a stretch of neighbours.</summary>
    private static void RemoveSome(ExceptionTable table, ExceptionModel model, Random random)
    {
        var olds = model.Olds.ToArray();
        random.Shuffle(olds);
        foreach (var old in olds.Take(olds.Length / 2))
        {
            model.Remove(table, old);
            model.Remove(table, old);
        }

        model.AssertSame(table);
        foreach (var old in model.Olds.Skip(random.Next(model.Count)).Take(2_000).ToArray())
        {
            model.Remove(table, old);
        }

        model.AssertSame(table);
        AssertSameAround(table, model, random);
    }

    private static void RemoveAll(ExceptionTable table, ExceptionModel model, Random random)
    {
        var olds = model.Olds.ToArray();
        var way = random.Next(3);
        if (way == 0)
        {
            random.Shuffle(olds);
        }
        else if (way == 1)
        {
            Array.Reverse(olds);
        }

        foreach (var old in olds)
        {
            model.Remove(table, old);
            if (model.Count % 2_000 == 1)
            {
                model.AssertSame(table);
                AssertSameAround(table, model, random);
            }
        }

        model.AssertSame(table);
    }

    private static void AssertSame(Dictionary<long, long> model, ExceptionTable table)
    {
        Assert.Equal(model.Count, table.Count);
        Assert.Equal(table.RunCount, table.Runs().LongCount());
        Assert.Equal(model.Count, table.Runs().Sum(run => run.Count));
        var end = 0L;
        foreach (var run in table.Runs())
        {
            Assert.True(run.OldFirst >= end);
            end = run.OldEnd;
        }

        foreach (var (old, @new) in model)
        {
            if (!table.TryFind(old, out var found) || found != @new)
            {
                Assert.Fail($"{old} is at {@new}, not at {found}.");
            }
        }
    }
}
