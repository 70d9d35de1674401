using System.Collections.Immutable;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Planning;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Core;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Tests.Reporting;

public sealed class ReportTextTests
{
    private static readonly CopyJobId Job = new("job-1");
    private static readonly TransferRequest Copy = new(CopyJobKind.Copy, "s", ["t"], CopyOptions.Default);
    private static readonly TransferPlan Plan = new(
        SectorRange.Create(0, 8 << 20),
        4L << 30,
        [new TargetPlan("t", SectorRange.Create(0, 8 << 20), TargetPreparation.None, 4L << 30)]);

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.0042, "0.004 s")]
    [InlineData(1.14, "1.1 s")]
    [InlineData(42.3, "42 s")]
    [InlineData(59.7, "1 min 00 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(11_220, "3 h 07 min")]
    [InlineData(187_200, "2 d 04 h")]
    public void Durations_have_the_precision_that_people_want(double seconds, string text) =>
        Assert.Equal(text, DurationText.Format(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_completed_copy_is_an_amount_a_time_and_a_rate() =>
        Assert.Equal(
            "4 GiB copied in 1.1 s, 3.6 GiB/s",
            ResultText.Summary(Copy, Plan, Completed(CopyOutcome.Completed, 1.1, 4L << 30), 0));

    [Fact]
    public void Options_that_change_what_done_means_are_in_the_summary()
    {
        var flushed = Copy with { Options = new CopyOptions { Flush = true } };
        var verified = Copy with { Options = new CopyOptions { Verify = true } };
        var completed = Completed(CopyOutcome.Completed, 2, 4L << 30);

        Assert.StartsWith(
            "4 GiB copied and flushed in 2 s",
            ResultText.Summary(flushed, Plan, completed, 0),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "4 GiB copied, flushed and verified in 2 s",
            ResultText.Summary(verified, Plan, completed, 0),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_that_was_interrupted_claims_neither_flushed_nor_verified()
    {
        var verified = Copy with { Options = new CopyOptions { Flush = true, Verify = true } };

        Assert.Equal(
            "1 GiB of 4 GiB copied in 1 s, 1 GiB/s, interrupted",
            ResultText.Summary(verified, Plan, Completed(CopyOutcome.Cancelled, 1, 1L << 30), 0));
    }

    [Theory]
    [InlineData(CopyOutcome.Cancelled, ", interrupted")]
    [InlineData(CopyOutcome.Failed, ", failed")]
    public void A_job_that_did_not_reach_its_end_says_how_far_it_came(CopyOutcome outcome, string ending) =>
        Assert.Equal(
            $"1 GiB of 4 GiB copied in 1 s, 1 GiB/s{ending}",
            ResultText.Summary(Copy, Plan, Completed(outcome, 1, 1L << 30), 0));

    [Fact]
    public void A_comparison_says_whether_there_is_a_difference()
    {
        var verify = Copy with { Kind = CopyJobKind.Verify };
        var differing = Completed(CopyOutcome.Failed, 2, 0) with
        {
            FailureCount = 1,
            Details = [new CopyFailure(CopyFailureKind.Mismatch, 0, SectorRange.Create(0, 8), 0, false, "t differs.")],
        };

        Assert.Equal(
            "4 GiB compared in 2 s, 2 GiB/s: no difference",
            ResultText.Summary(verify, Plan, Completed(CopyOutcome.Completed, 2, 0), 0));
        Assert.Equal("4 GiB compared in 2 s, 2 GiB/s: they differ", ResultText.Summary(verify, Plan, differing, 0));
    }

    [Fact]
    public void Failures_of_one_kind_on_one_device_are_one_sentence_with_the_first_place()
    {
        var completed = Completed(CopyOutcome.Failed, 1, 0) with
        {
            FailureCount = 4,
            Details =
            [
                Failure(CopyFailureKind.Write, 0, 16, "t: at 16"),
                Failure(CopyFailureKind.Write, 0, 8, "t: at 8."),
                Failure(CopyFailureKind.Read, null, 3, "s: at 3"),
            ],
        };

        Assert.Equal(
            ["t: at 8 (and 1 more like it)", "s: at 3", "1 further failures are not listed"],
            ResultText.Errors(Copy, completed));
    }

    [Fact]
    public void Salvaged_ranges_are_counted_and_the_first_are_listed()
    {
        ImmutableArray<SectorRange> ranges =
            [.. Enumerable.Range(0, 7).Select(index => SectorRange.Create(index * 100, 2))];
        var completed = Completed(CopyOutcome.CompletedWithErrors, 1, 0) with
        {
            FailureCount = 7,
            Details = [.. ranges.Select(range => new CopyFailure(CopyFailureKind.Read, null, range, 5, false, "bad"))],
            ZeroedRanges = ranges,
        };

        Assert.Equal(
            [
                "s: 14 unreadable sectors (7 KiB) were written as zeros: "
                + "sectors 0+2, 100+2, 200+2, 300+2, 400+2 and 2 more ranges",
            ],
            ResultText.Errors(Copy, completed));
    }

    [Fact]
    public void A_progress_line_has_percent_amount_rate_and_what_is_left()
    {
        var progress = Progress(CopyJobStatus.Running) with
        {
            BytesPerSecond = 512 << 20,
            Remaining = TimeSpan.FromSeconds(3),
        };

        Assert.Equal("37 %, 1.5 GiB of 4 GiB, 512 MiB/s, 3 s left", ProgressText.Line(progress));
    }

    [Theory]
    [InlineData(CopyJobStatus.Stalled, "stalled")]
    [InlineData(CopyJobStatus.Ending, "waiting")]
    [InlineData(CopyJobStatus.Flushing, "flushing")]
    public void A_job_that_does_not_simply_run_says_what_it_does(CopyJobStatus status, string word) =>
        Assert.Contains(word, ProgressText.Line(Progress(status)), StringComparison.Ordinal);

    [Fact]
    public void A_target_that_failed_is_named_in_the_progress_line()
    {
        var progress = Progress(CopyJobStatus.Running) with
        {
            Targets =
            [
                new CopyTargetProgress("good", 8.MiB, ByteCount.Zero, CopyTargetState.Good),
                new CopyTargetProgress("bad", 1.MiB, ByteCount.Zero, CopyTargetState.Dropped),
            ],
        };

        Assert.EndsWith(", bad dropped after 1 MiB", ProgressText.Line(progress), StringComparison.Ordinal);
    }

    private static CopyFailure Failure(CopyFailureKind kind, int? target, long sector, string reason) =>
        new(kind, target, SectorRange.Create(sector, 8), 5, false, reason);

    private static CopyProgress Progress(CopyJobStatus status) =>
        new(Job, status, new ByteCount(4L << 30), new ByteCount(3L << 29));

    private static CopyCompleted Completed(CopyOutcome outcome, double seconds, long written) =>
        new(Job, outcome, false, 0)
        {
            Elapsed = TimeSpan.FromSeconds(seconds),
            Targets = [new CopyTargetResult("t", written, 0, CopyTargetState.Good)],
        };
}
