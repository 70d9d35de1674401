using System.Collections.Immutable;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

public sealed class JobRecordTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;

    private static readonly JobEvent.Created Created = new(
        new JobDescription(CopyJobKind.Copy, 100, new JobRegion("/s", 1_000), [new("/a"), new("/b", 8)]), At);

    private static readonly CopyFailure Unreadable = Failure(CopyFailureKind.Read, null, 1_010, 5);

    [Fact]
    public void Flushed_is_what_checkpoints_said_and_no_later_run_began_afresh() =>
        SeededRuns.Run(500, seed =>
        {
            var history = JobHistory.Of(seed);
            var record = JobHistory.Fold(history);
            var model = JobModel.Of(history);
            foreach (var (target, _) in model.Flushed.Index())
            {
                Assert.Equal(model.SectorsOf(target, true), JobModel.Sectors(record.FlushedOn(target)));
            }
        });

    [Fact]
    public void The_next_run_does_exactly_what_each_target_misses_that_was_not_dropped() =>
        SeededRuns.Run(500, seed =>
        {
            var history = JobHistory.Of(seed);
            var record = JobHistory.Fold(history);
            var model = JobModel.Of(history);
            var resume = record.ToResume();
            foreach (var (target, _) in model.Flushed.Index())
            {
                var missing = resume.Missing.Where(run => run.Targets.Contains(target)).Select(run => run.Range);
                Assert.Equal(
                    record.Dropped.Contains(target) ? [] : model.SectorsOf(target, false), JobModel.Sectors(missing));
            }
        });

    [Fact]
    public void Nothing_is_zeroed_that_no_target_holds_after_a_run_began() =>
        SeededRuns.Run(500, seed =>
        {
            var history = JobHistory.Of(seed).Append(Run(99, JobHistory.Of(seed)));
            var record = JobHistory.Fold(history);
            var model = JobModel.Of(history);
            var start = record.Description!.Source?.FirstSector ?? 0;
            var held = model.Flushed.SelectMany((_, target) => model.SectorsOf(target, true)).ToHashSet();
            Assert.All(
                JobModel.Sectors(record.Zeroed.Select(failure => failure.Range.Shift(-start))),
                sector => Assert.Contains(sector, held));
        });

    [Fact]
    public void A_job_that_was_created_has_not_begun()
    {
        var record = Fold(Created);
        Assert.Equal((JobStanding.Interrupted, 0L, false), (record.Standing, record.Epoch, record.IsOver));
        Assert.Equal((At, At), (record.CreatedAt, record.UpdatedAt));
        Assert.Equal(
            [new PlanRun(SectorRange.Create(0, 100), TargetMask.All(2))], record.ToResume().Missing.AsEnumerable());
    }

    [Fact]
    public void A_job_of_the_same_name_has_nothing_of_the_earlier_one_but_its_epochs()
    {
        var another = new JobDescription(CopyJobKind.Zero, 7, null, [new("/z")]);
        var record = Fold(
            Created,
            Run(4),
            new JobEvent.Checkpoint(4, 1, At) { Flushed = [new(TargetMask.All(2), [SectorRange.Create(0, 100)])] },
            new JobEvent.RunEnded(4, JobStanding.Completed, "", At),
            new JobEvent.Created(another, At.AddDays(1)));

        Assert.Equal((another, null), (record.Description, record.LastRun));
        Assert.Equal((4L, 0L), (record.Epoch, record.CheckpointNumber));
        Assert.Empty(record.FlushedOn(0));
        Assert.Equal(4, JobRecord.From(record.ToSnapshot()).Epoch);
        Assert.Null(JobRecord.From(record.ToSnapshot()).LastRun);
    }

    [Theory]
    [InlineData(JobStanding.Running, false)]
    [InlineData(JobStanding.Interrupted, false)]
    [InlineData(JobStanding.Failed, false)]
    [InlineData(JobStanding.Blocked, false)]
    [InlineData(JobStanding.Completed, true)]
    [InlineData(JobStanding.CompletedWithErrors, true)]
    public void A_job_is_over_when_there_is_nothing_left_to_do(JobStanding standing, bool isOver)
    {
        var record = Fold(Created, Run(1), new JobEvent.RunEnded(1, standing, "So.", At));
        Assert.Equal((isOver, standing, "So."), (record.IsOver, record.Standing, record.Reason));
    }

    [Fact]
    public void A_run_that_begins_takes_the_reason_of_the_last_end_away_and_counts_its_checkpoints_anew()
    {
        var checkpoint = new JobEvent.Checkpoint(1, 3, At) { BytesPerSecond = 5 };
        var record = Fold(Created, Run(1), checkpoint, new JobEvent.RunEnded(1, JobStanding.Failed, "So.", At), Run(2));
        Assert.Equal(
            (JobStanding.Running, "", 0L, 0d, 2L),
            (record.Standing, record.Reason, record.CheckpointNumber, record.BytesPerSecond, record.Epoch));
    }

    [Fact]
    public void What_a_run_says_of_a_job_that_was_forgotten_is_of_no_job()
    {
        var late = new JobEvent.Checkpoint(1, 9, At) { Flushed = [FlushedRanges.Whole(TargetMask.Of(0), 100)] };
        var ended = new JobEvent.RunEnded(1, JobStanding.Completed, "", At);
        var record = Fold(late, ended);
        Assert.Equal((null, "forgotten while it ran", false), (record.Description, record.Reason, record.IsOver));

        var again = Fold(late, ended, Created);
        Assert.Equal(("", 0L), (again.Reason, again.FlushedOn(0).SectorCount));
    }

    [Fact]
    public void What_was_withdrawn_is_done_again_and_its_run_is_over()
    {
        var claims = new JobEvent.Checkpoint(1, 1, At)
        {
            Flushed = [FlushedRanges.Whole(TargetMask.All(2), 100)],
            BytesPerSecond = 5,
        };
        var withdrawn = new JobEvent.Withdrawn(
            [new FlushedRanges(TargetMask.Of(1), [SectorRange.Create(10, 5)])], At.AddHours(1));
        var record = Fold(Created, Run(1), claims, withdrawn);

        Assert.Equal(
            [new PlanRun(SectorRange.Create(10, 5), TargetMask.Of(1))], record.ToResume().Missing.AsEnumerable());
        Assert.Equal((JobStanding.Interrupted, "killed", 2L), (record.Standing, record.Reason, record.Epoch));
        Assert.Equal((0d, At.AddHours(1)), (record.BytesPerSecond, record.UpdatedAt));

        var failed = Fold(Created, Run(1), claims, new JobEvent.RunEnded(1, JobStanding.Failed, "So.", At), withdrawn);
        Assert.Equal((JobStanding.Failed, "So."), (failed.Standing, failed.Reason));
    }

    [Fact]
    public void A_dropped_target_stays_dropped_until_it_begins_afresh()
    {
        var failure = Failure(CopyFailureKind.Write, 1, 0, 5);
        var dropped = new JobEvent.Checkpoint(1, 1, At)
        {
            WriteErrors = TargetMask.All(2),
            Dropped = TargetMask.Of(1),
            FailureCount = 1,
            Failures = [failure],
        };
        var kept = Fold(Created, Run(1), dropped, Run(2));
        Assert.Equal((TargetMask.Of(1), TargetMask.Of(1)), (kept.Dropped, kept.WriteErrors));
        Assert.Equal([failure], kept.Failures);
        Assert.All(kept.ToResume().Missing, run => Assert.Equal(TargetMask.Of(0), run.Targets));

        var afresh = Fold(Created, Run(1), dropped, Run(2) with { Afresh = TargetMask.Of(1) });
        Assert.Equal((TargetMask.None, TargetMask.None, 0L), (afresh.Dropped, afresh.WriteErrors, afresh.FailureCount));
        Assert.All(afresh.ToResume().Missing, run => Assert.Equal(TargetMask.All(2), run.Targets));
    }

    [Theory]
    [InlineData(true, 0, 0, 1)] // nothing of it is flushed: it is read again
    [InlineData(true, 10, 5, 0)] // all of it is flushed: it stays zeroed
    [InlineData(true, 12, 50, 0)] // a part of it is flushed: that part stays zeroed
    [InlineData(false, 10, 5, 1)] // the run did not bear it: nothing of the kind was written, so it is read again
    public void What_was_unreadable_is_forgotten_unless_a_target_holds_zeros_for_it(
        bool isSalvaged, long from, long count, int gone)
    {
        var options = isSalvaged ? new CopyOptions { OnReadError = OnReadError.Salvage } : CopyOptions.Default;
        var checkpoint = new JobEvent.Checkpoint(1, 1, At)
        {
            Flushed = [new FlushedRanges(TargetMask.Of(1), [SectorRange.Create(from, count)])],
            ReadError = true,
            FailureCount = 1,
            Failures = [Unreadable],
            Zeroed = isSalvaged ? [Unreadable] : [],
        };
        var record = Fold(Created, Run(1) with { Options = options }, checkpoint, Run(2));
        var held = SectorRange.Create(10, 5).Intersect(SectorRange.Create(from, count)).Count;
        var kept = isSalvaged ? held : 0;

        Assert.Equal((1 - gone, gone == 0), (record.Failures.Count, record.ReadError));
        Assert.Equal(record.Failures.Count, record.FailureCount);
        Assert.Equal(kept, record.Zeroed.Sum(failure => failure.Range.Count));
        Assert.All(record.Zeroed, failure => Assert.InRange(failure.Range.Start, 1_010, 1_014));
    }

    [Fact]
    public void A_list_of_failures_that_was_cut_counts_as_it_did()
    {
        var checkpoint = new JobEvent.Checkpoint(1, 1, At)
        {
            ReadError = true,
            FailureCount = 2_000,
            Failures = [Unreadable],
        };
        var record = Fold(Created, Run(1), checkpoint, Run(2));
        Assert.Equal((2_000L, true, 0), (record.FailureCount, record.ReadError, record.Failures.Count));
    }

    [Fact]
    public void Ten_thousand_zeroed_ranges_begin_a_run_without_a_step_for_each_pair()
    {
        var zeroed = Enumerable.Range(0, 10_000).Select(i => Failure(CopyFailureKind.Read, null, 1_000 + (i * 4), 2));
        var created = Created with { Description = Created.Description with { SectorCount = 50_000 } };
        var checkpoint = new JobEvent.Checkpoint(1, 1, At)
        {
            Flushed = [new FlushedRanges(TargetMask.All(2), [SectorRange.Create(0, 50_000)])],
        };
        var snapshot = Fold(created, Run(1), checkpoint).ToSnapshot();
        var record = JobRecord.From(snapshot with { State = snapshot.State with { Zeroed = [.. zeroed] } });

        for (var epoch = 2; epoch < 20; epoch++)
        {
            record.Apply(Run(epoch));
        }

        Assert.Equal(zeroed, record.Zeroed);
    }

    public static TheoryData<string> Strangers =>
        ["target count", "afresh", "flushed", "dropped", "errors", "withdrawn"];

    [Theory]
    [MemberData(nameof(Strangers))]
    public void What_does_not_fit_to_the_job_is_refused_and_changes_nothing(string stranger)
    {
        var beyond = TargetMask.Of(2);
        var checkpoint = new JobEvent.Checkpoint(1, 1, At.AddDays(1));
        JobEvent happened = stranger switch
        {
            "target count" => Run(1) with { Targets = [] },
            "afresh" => Run(1) with { Afresh = beyond },
            "flushed" => checkpoint with { Flushed = [new FlushedRanges(beyond, [SectorRange.Create(0, 1)])] },
            "withdrawn" => new JobEvent.Withdrawn([FlushedRanges.Whole(beyond, 1)], At),
            "dropped" => checkpoint with { Dropped = beyond },
            _ => checkpoint with { WriteErrors = beyond },
        };
        var record = Fold(Created);
        var before = JobText.Of(record);

        Assert.Throws<InvalidDataException>(() => record.Apply(happened));

        Assert.Equal(before, JobText.Of(record));
    }

    private static JobRecord Fold(params JobEvent[] history) => JobHistory.Fold(history);

    private static CopyFailure Failure(CopyFailureKind kind, int? target, long start, long count) =>
        new(kind, target, SectorRange.Create(start, count), 5, false, "It failed.");

    private static JobEvent.RunStarted Run(long epoch) => Run(epoch, [Created]);

    private static JobEvent.RunStarted Run(long epoch, IEnumerable<JobEvent> history)
    {
        var identity = new BlockDeviceIdentity("/x", 1, ImmutableSortedDictionary<string, string>.Empty);
        var description = history.OfType<JobEvent.Created>().Last().Description;
        return new JobEvent.RunStarted(epoch, At)
        {
            Run = $"run-{epoch}",
            Runner = "here",
            Options = CopyOptions.Default,
            Source = description.Source is null ? null : identity,
            Targets = [.. description.Targets.Select(_ => identity)],
        };
    }
}
