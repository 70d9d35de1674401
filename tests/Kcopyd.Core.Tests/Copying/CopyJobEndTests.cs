using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

/// <summary>What follows the last segment: flush, comparison, confirmation, outcome.</summary>
public sealed class CopyJobEndTests
{
    private static readonly CopyOptions Verified = ScriptedJob.Small with { Verify = true };

    [Fact]
    public void Plain_copy_is_not_flushed()
    {
        var job = new ScriptedJob(segments: 1).Start().Settle(0);

        Assert.Equal(TargetMask.Of(0), Assert.IsType<CopyJobEffect.ConfirmDevices>(job.Effects[^1]).Targets);
    }

    [Fact]
    public void Flush_follows_the_last_segment_and_spares_dropped_targets()
    {
        var options = ScriptedJob.Small with { Flush = true, OnTargetError = OnTargetError.Drop };
        var job = new ScriptedJob(segments: 2, options, targets: 3).Start().FailTargets(1, 2);
        Assert.Equal(2, job.Effects.Count);

        job.Settle(0);

        Assert.Equal(new TargetMask(0b011), Assert.IsType<CopyJobEffect.FlushTargets>(job.Effects[^1]).Targets);
        job.Flush(0);
        Assert.Equal(TargetMask.Of(1), Assert.IsType<CopyJobEffect.ConfirmDevices>(job.Effects[^1]).Targets);
        Assert.Equal(CopyOutcome.CompletedWithErrors, job.Confirm().Outcome);
    }

    [Fact]
    public void Failed_flush_fails_the_job()
    {
        var job = new ScriptedJob(segments: 1, Verified).Start().Settle(0).Flush(0);

        Assert.Equal(CopyOutcome.Failed, job.Outcome);
        Assert.Equal(TargetMask.Of(0), job.State.WriteErrors);
    }

    [Fact]
    public void Comparison_leaves_out_what_was_zeroed_and_who_failed()
    {
        // sectors  0 …… 7 8 …… 15      on the source they begin at 100
        // zeroed     2 3
        var options = Verified with { IgnoreError = true, OnReadError = OnReadError.Salvage };
        var job = new ScriptedJob(segments: 2, options, targets: 2, sourceStart: 100).Start();

        var salvaged = new SegmentResult { Zeroed = [ScriptedJob.Unreadable(SectorRange.Create(102, 2))] };
        job.Settle(0, salvaged).FailTargets(1, 1).Flush();

        Assert.Equal(
            [SectorRange.Create(0, 2), SectorRange.Create(4, 8), SectorRange.Create(12, 4)],
            job.Begun.Skip(2).Select(segment => segment.Range));
        Assert.All(job.Begun.Skip(2), segment => Assert.Equal(TargetMask.Of(0), segment.Targets));
    }

    [Fact]
    public void Comparison_goes_on_past_differences_and_fails_the_job()
    {
        var job = new ScriptedJob(segments: 20, kind: CopyJobKind.Verify).Start();

        job.Settle(0, Different()).SettleAll(from: 1).Confirm();

        Assert.Equal(20, job.Begun.Count);
        Assert.Equal(CopyOutcome.Failed, job.Outcome);
        Assert.Equal(20 * ScriptedJob.SegmentSectors, job.State.ComparedSectors);
    }

    [Fact]
    public void Difference_that_comes_after_more_failures_than_are_kept_still_fails_the_job()
    {
        var options = Verified with { IgnoreError = true };
        var job = new ScriptedJob(segments: 1_001, options, targets: 2).Start();
        for (var i = 0; i < 1_001; i++)
        {
            job.FailTargets(i, 1);
        }

        job.Flush().Settle(1_001, Different()).SettleAll(from: 1_002).Confirm();

        Assert.Equal(CopyOutcome.Failed, job.Outcome);
    }

    [Theory]
    [InlineData(true, CopyOutcome.CompletedWithErrors)]
    [InlineData(false, CopyOutcome.Failed)]
    public void What_could_not_be_compared_was_not_verified(bool ignores, CopyOutcome outcome)
    {
        var unreadableSource = new SegmentResult { ReadFailure = ScriptedJob.Unreadable(SectorRange.Create(0, 8)) };
        var unreadableTarget = new SegmentResult { TargetFailures = ScriptedJob.Failures(CopyFailureKind.Read, 0) };
        foreach (var result in new[] { unreadableSource, unreadableTarget })
        {
            var job = new ScriptedJob(segments: 1, Verified with { IgnoreError = ignores }).Start().Settle(0).Flush();

            job.Settle(1, result).Confirm();

            Assert.Equal(outcome, job.Outcome);
        }
    }

    [Fact]
    public void Target_that_cannot_be_read_back_is_dropped_where_targets_are()
    {
        var options = Verified with { OnTargetError = OnTargetError.Drop, InFlight = 1 };
        var job = new ScriptedJob(segments: 2, options, targets: 2).Start().SettleAll().Flush();

        job.Settle(2, new SegmentResult { TargetFailures = ScriptedJob.Failures(CopyFailureKind.Read, 1) });

        Assert.Equal(TargetMask.Of(0), job.Begun[3].Targets);
        Assert.Equal(CopyOutcome.CompletedWithErrors, job.Settle(3).Confirm().Outcome);
    }

    [Fact]
    public void Verify_job_fails_for_any_failure_even_an_ignored_one()
    {
        var options = ScriptedJob.Small with { IgnoreError = true };
        var job = new ScriptedJob(segments: 1, options, kind: CopyJobKind.Verify).Start();

        job.FailRead(0).Confirm();

        Assert.Equal(CopyOutcome.Failed, job.Outcome);
    }

    [Fact]
    public void Source_that_vanished_fails_the_job_and_a_vanished_target_is_a_target_error()
    {
        var options = ScriptedJob.Small with { OnTargetError = OnTargetError.Drop };
        var gone = new CopyFailure(CopyFailureKind.Vanished, null, SectorRange.Create(0, 8), 0, false, "gone");

        var target = new ScriptedJob(segments: 1, options, targets: 2).Start().Settle(0).Confirm(1);
        var source = new ScriptedJob(segments: 1, options, targets: 2).Start().Settle(0)
            .Send(new CopyJobEvent.DevicesConfirmed([gone]));

        Assert.Equal(CopyOutcome.CompletedWithErrors, target.Outcome);
        Assert.Equal(TargetMask.Of(1), target.State.Dropped);
        Assert.Equal(CopyOutcome.Failed, source.Outcome);
    }

    [Theory]
    [InlineData(4, false, 1)]
    [InlineData(4, true, 2)]
    [InlineData(12, true, 3)]
    [InlineData(512, true, 128)]
    [InlineData(65_536, true, 16_384)]
    public void Pages_of_one_segment_do_for_a_comparison_save_for_a_segment_of_one_page(
        int kib, bool verify, int pages)
    {
        var options = new CopyOptions { SegmentSize = kib.KiB, Verify = verify };
        var spec = new CopyJobSpec(CopyJobKind.Copy, 1, 1, options);

        Assert.Equal(pages, spec.LeastPages);
        Assert.Equal(0, Sectors.ToBytes(spec.CompareSectors) % Core.Paging.PageBudget.PageSize);
    }

    private static SegmentResult Different() =>
        new() { TargetFailures = ScriptedJob.Failures(CopyFailureKind.Mismatch, 0) };
}
