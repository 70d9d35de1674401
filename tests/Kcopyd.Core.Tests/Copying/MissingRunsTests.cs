using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

public sealed class MissingRunsTests
{
    private const int SectorCount = 32;
    private const int TargetCount = 4;

    [Fact]
    public void Missing_and_done_together_are_each_wanted_target_exactly() =>
        Seeded.ForAll(Cases(), done =>
        {
            var (sets, wanted) = Split(done);
            var runs = MissingRuns.Of(SectorCount, sets, wanted);
            foreach (var target in Enumerable.Range(0, TargetCount))
            {
                var missing = runs.Where(run => run.Targets.Contains(target)).Select(run => run.Range);
                var expected = wanted.Contains(target) ? sets[target].Missing(SectorRange.Create(0, SectorCount)) : [];
                Assert.Equal(Sectors(expected), Sectors(missing));
            }
        });

    [Fact]
    public void Runs_ascend_do_not_overlap_are_needed_and_differ_from_their_neighbours() =>
        Seeded.ForAll(Cases(), done =>
        {
            var (sets, wanted) = Split(done);
            var runs = MissingRuns.Of(SectorCount, sets, wanted);
            Assert.All(runs, run => Assert.False(run.Targets.IsEmpty || run.Range.IsEmpty));
            foreach (var (run, next) in runs.Zip(runs.Skip(1)))
            {
                Assert.True(run.Range.End <= next.Range.Start, $"{run} and {next}");
                Assert.True(run.Range.End < next.Range.Start || run.Targets != next.Targets, $"{run} and {next}");
            }
        });

    [Fact]
    public void Nothing_done_is_one_run_and_everything_done_none()
    {
        ExtentSet[] nothing = [new(), new()];
        Assert.Equal(
            [new PlanRun(SectorRange.Create(0, 9), TargetMask.All(2))],
            MissingRuns.Of(9, nothing, TargetMask.All(2)).AsEnumerable());
        ExtentSet[] everything = [new([SectorRange.Create(0, 9)]), new()];
        Assert.Empty(MissingRuns.Of(9, everything, TargetMask.Of(0)));
        Assert.Empty(MissingRuns.Of(0, nothing, TargetMask.All(2)));
    }

    [Fact]
    public void What_is_done_beyond_the_job_is_nothing()
    {
        ExtentSet[] done = [new([SectorRange.Create(5, 100)])];
        Assert.Equal(
            [new PlanRun(SectorRange.Create(0, 5), TargetMask.Of(0))],
            MissingRuns.Of(9, done, TargetMask.Of(0)).AsEnumerable());
    }

    [Fact]
    public void A_resumed_job_has_copied_what_no_wanted_target_misses() =>
        Seeded.ForAll(Cases(), done =>
        {
            var (sets, wanted) = Split(done);
            var missing = MissingRuns.Of(SectorCount, sets, wanted);
            var failure = new CopyFailure(CopyFailureKind.Read, null, SectorRange.Create(0, 1), 5, false, "Gone.");
            var resume = new CopyResume
            {
                Missing = missing,
                Dropped = TargetMask.Of(3),
                WriteErrors = TargetMask.All(4),
                ReadError = true,
                Failures = [failure],
                FailureCount = 7,
                Zeroed = [failure],
            };
            var spec = new CopyJobSpec(CopyJobKind.Copy, SectorCount, TargetCount, CopyOptions.Default);

            var state = CopyJobState.Create(spec).Resume(resume);

            Assert.Equal(SectorCount - Sectors(missing.Select(run => run.Range)).Count(), state.CopiedSectors);
            Assert.Equal(
                (resume.Dropped, resume.WriteErrors, resume.ReadError, resume.FailureCount),
                (state.Dropped, state.WriteErrors, state.ReadError, state.FailureCount));
            Assert.Equal((resume.Failures, resume.Zeroed), (state.Failures, state.Zeroed));
        });

    private static (ExtentSet[] Done, TargetMask Wanted) Split((ulong Wanted, SectorRange[][] Done) value) =>
        ([.. value.Done.Select(ranges => new ExtentSet(ranges))], new TargetMask(value.Wanted));

    private static Arbitrary<(ulong Wanted, SectorRange[][] Done)> Cases()
    {
        var range = from start in Gen.Choose(0, SectorCount - 1)
                    from count in Gen.Choose(0, SectorCount - start)
                    select SectorRange.Create(start, Math.Min(count, 8));
        var few = from length in Gen.Choose(0, 5) from ranges in range.ArrayOf(length) select ranges;
        var value = from wanted in Gen.Choose(0, 15)
                    from done in few.ArrayOf(TargetCount)
                    select ((ulong)wanted, done);
        return Arb.From(value);
    }

    private static IEnumerable<long> Sectors(IEnumerable<SectorRange> ranges) =>
        ranges.SelectMany(range => Enumerable.Range(0, (int)range.Count).Select(i => range.Start + i));
}
