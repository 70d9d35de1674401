using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

/// <summary>What the kernel's copy does, by its numbers, as far as the decisions go.</summary>
public sealed class CopyJobTransitionsTests
{
    private static readonly CopyOptions Dropping = ScriptedJob.Small with { OnTargetError = OnTargetError.Drop };
    private static readonly CopyOptions Salvaging = ScriptedJob.Small with { OnReadError = OnReadError.Salvage };

    [Fact]
    public void K1_one_sector_is_one_segment_and_one_end()
    {
        var job = new ScriptedJob(new CopyJobSpec(CopyJobKind.Copy, 1, 1, CopyOptions.Default)).Start();
        Assert.Equal(SectorRange.Create(0, 1), Assert.Single(job.Begun).Range);

        job.Settle(0).Confirm();

        Assert.Equal(CopyOutcome.Completed, job.Outcome);
        Assert.False(job.State.ReadError);
        Assert.True(job.State.WriteErrors.IsEmpty);
    }

    [Fact]
    public void K3_an_empty_copy_begins_no_segment_and_completes()
    {
        var job = new ScriptedJob(segments: 0).Start();
        Assert.Empty(job.Effects.OfType<CopyJobEffect.Finish>());

        job.Confirm();

        Assert.Empty(job.Begun);
        Assert.Equal(CopyOutcome.Completed, job.Outcome);
    }

    [Theory]
    [InlineData(1024, new long[] { 1024 })]
    [InlineData(1025, new long[] { 1024, 1 })]
    [InlineData(1023, new long[] { 1023 })]
    public void K4_a_job_is_cut_at_the_segment_size(long sectors, long[] pieces)
    {
        var job = new ScriptedJob(new CopyJobSpec(CopyJobKind.Copy, sectors, 1, CopyOptions.Default)).Start();

        Assert.Equal(pieces, job.Begun.Select(segment => segment.Range.Count));
    }

    [Fact]
    public void K5_eight_segments_of_a_hundred_are_in_flight_when_nothing_completes()
    {
        var job = new ScriptedJob(segments: 100).Start();

        Assert.Equal(8, job.Begun.Count);
        Assert.Equal(8, job.State.InFlight);
    }

    [Fact]
    public void K5_the_next_segment_takes_the_slot_of_the_one_that_ended()
    {
        var job = new ScriptedJob(segments: 100).Start();

        job.Settle(5).Settle(2);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), job.Begun.Select(segment => segment.Index));
        Assert.Equal(8, job.State.InFlight);
    }

    [Fact]
    public void K6_an_error_stops_further_segments()
    {
        // segments  0 1 2 3 4 5 6 7 8 …
        // fails         !               what is in flight ends, 8 is never begun
        var job = new ScriptedJob(segments: 100).Start();

        job.FailRead(2);

        Assert.IsType<CopyJobEffect.WithdrawRequests>(job.Effects[^1]);
        job.Settle(0).Settle(1).Settle(3).Settle(4).Return(5).Return(6);
        Assert.Empty(job.Effects.OfType<CopyJobEffect.Finish>());
        job.Return(7);
        Assert.Equal(8, job.Begun.Count);
        Assert.Equal(CopyOutcome.Failed, job.Outcome);
        Assert.True(job.State.ReadError);
        Assert.True(job.State.WriteErrors.IsEmpty);
    }

    [Fact]
    public void K7_an_ignored_error_stops_nothing_and_is_reported()
    {
        var job = new ScriptedJob(segments: 100, ScriptedJob.Small with { IgnoreError = true }).Start();

        job.FailRead(0).FailTargets(1, 0).SettleAll(from: 2).Confirm();

        Assert.Equal(100, job.Begun.Count);
        Assert.Equal(CopyOutcome.CompletedWithErrors, job.Outcome);
        Assert.True(job.State.ReadError);
        Assert.Equal(TargetMask.Of(0), job.State.WriteErrors);
    }

    [Fact]
    public void K8_the_target_that_failed_is_the_one_that_is_named()
    {
        var job = new ScriptedJob(segments: 1, targets: 3).Start();

        job.FailTargets(0, 1);

        Assert.Equal(new TargetMask(0b010), job.State.WriteErrors);
        Assert.Equal(1, Assert.Single(job.State.Failures).Target);
        Assert.Equal(CopyOutcome.Failed, job.Outcome);
    }

    [Fact]
    public void K10_a_sequential_job_ignores_no_error()
    {
        var both = ScriptedJob.Small with { IgnoreError = true, WriteSequential = true };
        Assert.False(both.ErrorsAreIgnored);

        var job = new ScriptedJob(segments: 100, both).Start().FailRead(0).SettleAll(from: 1);

        Assert.Equal(8, job.Begun.Count);
        Assert.Equal(CopyOutcome.Failed, job.Outcome);
    }

    [Fact]
    public void K11_a_sequential_job_begins_nothing_after_its_first_write_error()
    {
        var job = new ScriptedJob(segments: 100, ScriptedJob.Small with { WriteSequential = true }).Start();

        job.FailTargets(0, 0).FailTargets(1, 0).SettleAll(from: 2);

        Assert.Equal(8, job.Begun.Count);
        Assert.Equal(CopyOutcome.Failed, job.Outcome);
        Assert.Equal(TargetMask.Of(0), job.State.WriteErrors);
    }

    [Fact]
    public void K12_zeroing_asks_for_zeros_in_segments()
    {
        var job = new ScriptedJob(segments: 3, kind: CopyJobKind.Zero).Start();

        Assert.Equal(3, job.Begun.Count);
        Assert.All(job.Begun, segment => Assert.Equal(SegmentKind.Zero, segment.Kind));
    }

    [Fact]
    public void Dropped_target_gets_no_later_segment_and_the_others_finish()
    {
        var job = new ScriptedJob(segments: 20, Dropping, targets: 3).Start();

        job.FailTargets(0, 1).SettleAll(from: 1).Confirm();

        Assert.All(job.Begun.Skip(8), segment => Assert.Equal(new TargetMask(0b101), segment.Targets));
        Assert.Equal(CopyOutcome.CompletedWithErrors, job.Outcome);
        Assert.Equal(new TargetMask(0b010), job.State.Dropped);
    }

    [Fact]
    public void Last_target_that_is_dropped_fails_the_job()
    {
        var job = new ScriptedJob(segments: 20, Dropping, targets: 2).Start();

        job.FailTargets(0, 1).FailTargets(1, 0).SettleAll(from: 2);

        Assert.Equal(9, job.Begun.Count);
        Assert.Equal(CopyOutcome.Failed, job.Outcome);
    }

    [Fact]
    public void Segment_that_was_taken_back_does_without_a_target_that_was_dropped_since()
    {
        var options = Dropping with { InFlight = 2 };
        var job = new ScriptedJob(segments: 2, options, targets: 2).Start().Pause();

        job.Return(1).FailTargets(0, 1).Resume();

        Assert.Equal((1L, TargetMask.Of(0)), (job.Begun[2].Index, job.Begun[2].Targets));
    }

    [Fact]
    public void Segment_that_is_lost_is_begun_again_and_the_third_loss_fails_the_job()
    {
        var job = new ScriptedJob(segments: 1).Start().Lose(0).Lose(1);
        Assert.Equal([0, 1, 2], job.Begun.Select(segment => segment.Attempt));

        job.Lose(2);

        Assert.Equal(CopyOutcome.Failed, job.Outcome);
        Assert.Equal(CopyFailureKind.Engine, Assert.Single(job.State.Failures).Kind);
        Assert.Equal(0, job.State.CopiedSectors);
    }

    [Fact]
    public void Salvage_lists_what_it_zeroed_and_goes_on()
    {
        var job = new ScriptedJob(segments: 9, Salvaging, sourceStart: 100).Start();
        var bad = ScriptedJob.Unreadable(SectorRange.Create(103, 2));

        job.Settle(0, new SegmentResult { Zeroed = [bad] }).SettleAll(from: 1).Confirm();

        Assert.Equal([bad], job.State.Zeroed);
        Assert.True(job.State.ReadError);
        Assert.Equal(CopyOutcome.CompletedWithErrors, job.Outcome);
    }

    [Fact]
    public void Salvage_lists_no_more_than_its_limit_and_fails_once_for_it()
    {
        var job = new ScriptedJob(segments: 9, Salvaging with { SalvageLimit = 2 }).Start();
        var ranges = Enumerable.Range(0, 4).Select(i => ScriptedJob.Unreadable(SectorRange.Create(i * 2, 1)));
        var bad = new SegmentResult { Zeroed = [.. ranges] };

        job.Settle(0, bad).Settle(1, bad).SettleAll(from: 2);

        Assert.Equal(2, job.State.Zeroed.Count);
        var limit = Assert.Single(job.State.Failures, failure => failure.Kind == CopyFailureKind.SalvageLimit);
        Assert.Equal(SectorRange.Create(4, 1), limit.Range);
        Assert.Equal(CopyOutcome.Failed, job.Outcome);
    }

    [Fact]
    public void Salvage_lists_one_bad_run_as_one_range_however_many_segments_it_spans()
    {
        var job = new ScriptedJob(segments: 9, Salvaging with { SalvageLimit = 1 }).Start();
        SegmentResult Bad(long start) =>
            new() { Zeroed = [ScriptedJob.Unreadable(SectorRange.Create(start, 8))] };

        job.Settle(0, Bad(0)).Settle(2, Bad(16)).Settle(1, Bad(8));

        Assert.Equal(CopyFailureKind.SalvageLimit, job.State.Failures[^2].Kind);
        Assert.Equal(SectorRange.Create(0, 16), Assert.Single(job.State.Zeroed).Range);
    }

    [Fact]
    public void Failures_beyond_those_that_are_kept_are_counted()
    {
        var job = new ScriptedJob(segments: 1_500, ScriptedJob.Small with { IgnoreError = true }).Start();
        for (var i = 0; i < 1_500; i++)
        {
            job.FailTargets(i, 0);
        }

        job.Confirm();

        Assert.Equal(CopyJobState.MaxFailures, job.State.Failures.Count);
        Assert.Equal(1_500, job.State.FailureCount);
    }
}
