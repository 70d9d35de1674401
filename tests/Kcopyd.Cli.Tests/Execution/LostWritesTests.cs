using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Execution;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Tests.Execution;

public sealed class LostWritesTests
{
    private readonly LostWrites _losses = new();

    [Fact]
    public void Job_goes_on_as_long_as_every_run_has_more_on_the_disk() =>
        Assert.All(Enumerable.Range(0, 20), run => Assert.True(_losses.GoesOn(Ended(run, Loss()))));

    [Fact]
    public void Job_that_gets_nowhere_is_given_up()
    {
        bool[] answers = [.. Enumerable.Range(0, 4).Select(_ => _losses.GoesOn(Ended(4096, Loss())))];

        Assert.Equal([true, true, true, false], answers);
    }

    [Fact]
    public void Progress_makes_up_for_runs_that_got_nowhere()
    {
        long[] safe = [0, 0, 0, 512, 512, 512, 512];

        Assert.Equal(
            [true, true, true, true, true, true, false], safe.Select(bytes => _losses.GoesOn(Ended(bytes, Loss()))));
    }

    [Fact]
    public void Other_failures_end_a_job()
    {
        var disk = Loss() with { Errno = 5 };
        var away = Loss() with { IsTransient = true };
        var write = Loss() with { Kind = CopyFailureKind.Write };
        var mismatch = Loss() with { Kind = CopyFailureKind.Mismatch };

        Assert.All(
            new CopyFailure[][] { [], [disk], [away], [write], [mismatch], [Loss(), disk] },
            failures => Assert.False(_losses.GoesOn(Ended(0, failures))));
    }

    [Fact]
    public void Target_that_was_dropped_has_no_further_run()
    {
        var ended = Ended(0, Loss());

        Assert.False(_losses.GoesOn(
            ended with { Targets = [ended.Targets[0] with { State = CopyTargetState.Dropped }] }));
    }

    [Theory]
    [InlineData(JobStartPolicy.BeginAfresh, JobStartPolicy.Continue)]
    [InlineData(JobStartPolicy.Continue, JobStartPolicy.Continue)]
    [InlineData(JobStartPolicy.ContinueOrBeginAfresh, JobStartPolicy.ContinueOrBeginAfresh)]
    [InlineData(JobStartPolicy.Trust, JobStartPolicy.Trust)]
    public void Job_begins_afresh_once(JobStartPolicy first, JobStartPolicy next) =>
        Assert.Equal(next, LostWrites.PolicyAfter(first));

    [Theory]
    [InlineData(CopyOutcome.Completed)]
    [InlineData(CopyOutcome.CompletedWithErrors)]
    [InlineData(CopyOutcome.Cancelled)]
    [InlineData(CopyOutcome.Blocked)]
    public void Job_that_did_not_fail_is_over(CopyOutcome outcome) =>
        Assert.False(_losses.GoesOn(Ended(0, Loss()) with { Outcome = outcome }));

    private static CopyFailure Loss() =>
        new(CopyFailureKind.Flush, 0, SectorRange.Create(0, 8), 0, IsTransient: false, "nbd://host/disk: lost");

    private static CopyCompleted Ended(long safeBytes, params CopyFailure[] failures) =>
        new(new CopyJobId("job"), CopyOutcome.Failed, ReadError: false, WriteErrors: 1)
        {
            Details = [.. failures],
            Targets = [new CopyTargetResult("nbd://host/disk", 65536, safeBytes, CopyTargetState.Failed)],
        };
}
