using System.Collections.Immutable;
using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

public sealed class CopyPlanTests
{
    private static readonly TargetMask All = TargetMask.All(3);

    [Theory]
    [InlineData(0, new long[0])]
    [InlineData(1, new long[] { 1 })]
    [InlineData(1024, new long[] { 1024 })]
    [InlineData(1025, new long[] { 1024, 1 })]
    [InlineData(3000, new long[] { 1024, 1024, 952 })]
    public void K4_pieces_are_of_the_segment_size_and_the_last_is_the_remainder(long sectors, long[] counts)
    {
        var segments = Cut(Plan([Run(0, sectors)], 1024));

        Assert.Equal(counts, segments.Select(segment => segment.Range.Count));
        Assert.Equal(sectors, segments.Sum(segment => segment.Range.Count));
    }

    [Fact]
    public void Segments_cover_the_runs_exactly_ascending_and_never_cross_a_run() =>
        Seeded.Run(300, (_, random) =>
        {
            var runs = RandomRuns(random);
            var size = random.Next(1, 20);

            var segments = Cut(Plan(runs, size));

            AssertCovers(runs, segments, TargetMask.None);
            Assert.All(segments, segment => Assert.InRange(segment.Range.Count, 1, size));
            Assert.All(
                segments.Where(segment => segment.Range.Count < size),
                segment => Assert.Contains(runs, run => run.Range.End == segment.Range.End));
        });

    [Fact]
    public void Followed_status_cuts_at_the_edges_of_holes_and_covers_all_the_same() =>
        Seeded.Run(300, (_, random) =>
        {
            var runs = RandomRuns(random);
            var holes = new ExtentSet(
                Enumerable.Range(0, random.Next(8)).Select(_ => SectorRange.Create(random.Next(300), random.Next(40))));
            var size = random.Next(1, 20);

            var segments = Cut(
                Plan(runs, size) with { FollowsStatus = true }, TargetMask.None, asked => Answer(asked, holes, random));

            AssertCovers(runs, segments, TargetMask.None);
            foreach (var segment in segments)
            {
                var isHole = segment.Kind == SegmentKind.Zero;
                Assert.Equal(isHole, holes.Contains(segment.Range));
                Assert.Equal(isHole, holes.Within(segment.Range).Any());
                Assert.True(isHole || segment.Range.Count <= size);
            }
        });

    [Fact]
    public void Dropped_targets_are_left_out_and_what_only_they_need_is_skipped()
    {
        // sectors   0 …… 9 10 …… 19 20 …… 29
        // targets    0 1     1        2
        var runs = ImmutableArray.Create(
            new PlanRun(SectorRange.Create(0, 10), new TargetMask(0b011)),
            new PlanRun(SectorRange.Create(10, 10), new TargetMask(0b010)),
            new PlanRun(SectorRange.Create(20, 10), new TargetMask(0b100)));

        var segments = Cut(Plan(runs, 100), TargetMask.Of(1));

        Assert.Equal(
            [(SectorRange.Create(0, 10), TargetMask.Of(0)), (SectorRange.Create(20, 10), TargetMask.Of(2))],
            segments.Select(segment => (segment.Range, segment.Targets)));
        Assert.Equal([0L, 1L], segments.Select(segment => segment.Index));
        Assert.Empty(Cut(Plan(runs, 100), TargetMask.All(3)));
    }

    [Fact]
    public void Target_dropped_on_the_way_is_out_of_every_later_segment() =>
        Seeded.Run(200, (_, random) =>
        {
            var runs = RandomRuns(random);
            var plan = Plan(runs, random.Next(1, 20));
            var dropped = TargetMask.None;
            while (plan.Next(dropped) is PlanStep.Next step)
            {
                Assert.False(step.Segment.Targets.IsEmpty);
                Assert.True(step.Segment.Targets.And(dropped).IsEmpty);
                plan = step.Rest;
                dropped = random.Next(10) == 0 ? dropped.With(random.Next(3)) : dropped;
            }
        });

    [Fact]
    public void Hole_is_one_zero_segment_up_to_its_longest()
    {
        var sectors = (2 * CopyPlan.MaxZeroSectors) + 5;
        var plan = Plan([Run(0, sectors)], 1024) with { FollowsStatus = true };

        var segments = Cut(plan, TargetMask.None, asked => [new StatusRun(asked, IsZero: true)]);

        Assert.Equal(
            [CopyPlan.MaxZeroSectors, CopyPlan.MaxZeroSectors, 5],
            segments.Select(segment => segment.Range.Count));
    }

    [Fact]
    public void Status_is_asked_for_a_window_at_a_time_and_from_where_the_last_answer_ended()
    {
        const long Window = CopyPlan.StatusWindowSectors;
        var asked = new List<SectorRange>();
        var plan = Plan([Run(0, 3 * Window)], Window) with { FollowsStatus = true };

        Cut(plan, TargetMask.None, range =>
        {
            asked.Add(range);
            return [new StatusRun(SectorRange.Create(range.Start, Math.Max(1, range.Count - 1)), IsZero: false)];
        });

        Assert.All(asked, range => Assert.InRange(range.Count, 1, Window));
        Assert.Equal(Window - 1, asked[1].Start);
    }

    [Fact]
    public void Answer_without_status_or_with_a_gap_is_a_defect()
    {
        var plan = Plan([Run(0, 10)], 4) with { FollowsStatus = true };
        StatusRun[] gap = [new(SectorRange.Create(0, 2), false), new(SectorRange.Create(3, 2), false)];

        Assert.Throws<InvariantException>(() => plan.WithStatus([]));
        Assert.Throws<InvariantException>(() => plan.WithStatus([new StatusRun(SectorRange.Create(0, 0), false)]));
        Assert.Throws<InvariantException>(() => plan.WithStatus(gap));
    }

    [Fact]
    public void Largest_range_is_cut_without_overflow()
    {
        var plan = Plan([Run(SectorRange.Limit - 5, 5)], long.MaxValue) with { FollowsStatus = true };

        var segment = Assert.Single(Cut(plan, TargetMask.None, asked => [new StatusRun(asked, IsZero: false)]));

        Assert.Equal(SectorRange.Create(SectorRange.Limit - 5, 5), segment.Range);
    }

    private static CopyPlan Plan(ImmutableArray<PlanRun> runs, long size) => new(runs, size, SegmentKind.Data);

    private static PlanRun Run(long start, long count) => new(SectorRange.Create(start, count), All);

    private static ImmutableArray<PlanRun> RandomRuns(Random random)
    {
        var runs = ImmutableArray.CreateBuilder<PlanRun>();
        var start = 0L;
        for (var i = random.Next(6); i > 0; i--)
        {
            start += random.Next(20);
            var count = random.Next(60);
            runs.Add(new PlanRun(SectorRange.Create(start, count), new TargetMask((ulong)random.Next(8))));
            start += count;
        }

        return runs.ToImmutable();
    }

    private static List<Segment> Cut(
        CopyPlan plan, TargetMask dropped = default, Func<SectorRange, IEnumerable<StatusRun>>? answer = null)
    {
        var segments = new List<Segment>();
        while (true)
        {
            switch (plan.Next(dropped))
            {
                case PlanStep.Next step:
                    segments.Add(step.Segment);
                    plan = step.Rest;
                    break;
                case PlanStep.NeedsStatus needs:
                    Assert.NotNull(answer);
                    plan = plan.WithStatus(answer(needs.Range));
                    break;
                default:
                    return segments;
            }
        }
    }

    /// <summary>The truth about a range, told in pieces, and sometimes not to its end.</summary>
    private static IEnumerable<StatusRun> Answer(SectorRange asked, ExtentSet holes, Random random)
    {
        var told = random.Next(2) == 0 ? asked : SectorRange.Create(asked.Start, random.NextInt64(1, asked.Count + 1));
        return holes.Within(told).Select(range => new StatusRun(range, IsZero: true))
            .Concat(holes.Missing(told).Select(range => new StatusRun(range, IsZero: false)))
            .OrderBy(run => run.Range);
    }

    private static void AssertCovers(ImmutableArray<PlanRun> runs, List<Segment> segments, TargetMask dropped)
    {
        var expected = new ExtentSet(runs.Where(run => !run.Targets.Except(dropped).IsEmpty).Select(run => run.Range));
        var covered = new ExtentSet();
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            Assert.Equal(i, segment.Index);
            Assert.True(i == 0 || segments[i - 1].Range.End <= segment.Range.Start);
            Assert.Equal(segment.Range.Count, covered.Add(segment.Range));
            var run = Assert.Single(runs, run => !run.Range.IsEmpty && run.Range.Contains(segment.Range));
            Assert.Equal(run.Targets.Except(dropped), segment.Targets);
        }

        Assert.Equal(expected, covered);
    }
}
