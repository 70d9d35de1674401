using Kcopyd.Core.Copying;

namespace Kcopyd.Core.Tests.Copying;

/// <summary>Start, pause, resume, cancel, and what comes too late.</summary>
public sealed class CopyJobControlTests
{
    [Fact]
    public void Resume_before_the_start_starts_nothing()
    {
        var job = new ScriptedJob(segments: 3).Resume().Pause().Resume();
        Assert.Empty(job.Effects);

        job.Start();

        Assert.Equal(3, job.Begun.Count);
    }

    [Fact]
    public void Pause_before_the_start_holds_after_it()
    {
        var job = new ScriptedJob(segments: 3).Pause();
        Assert.True(job.State.IsPaused);

        job.Start();

        Assert.True(job.State.IsPaused);
        Assert.Empty(job.Effects);
        Assert.Equal(3, job.Resume().Begun.Count);
    }

    [Fact]
    public void Cancel_before_the_start_ends_the_job()
    {
        var job = new ScriptedJob(segments: 3).Cancel();

        Assert.Equal(CopyOutcome.Cancelled, job.Outcome);
        Assert.Empty(job.Start().Begun);
    }

    [Fact]
    public void Second_start_changes_nothing()
    {
        var job = new ScriptedJob(segments: 20).Start().Settle(0).Start().SettleAll(from: 1).Confirm();

        Assert.Equal(20, job.Begun.Count);
        Assert.Equal(CopyOutcome.Completed, job.Outcome);
    }

    [Fact]
    public void Pause_waits_for_what_is_in_flight_and_resume_begins_what_was_taken_back_first()
    {
        // segments  0 1 2 3 4 5 6 7 8 …
        // settled   x x x x
        // returned          x x x x      and begun again before 8
        var job = new ScriptedJob(segments: 20).Start().Pause();
        Assert.IsType<CopyJobEffect.WithdrawRequests>(job.Effects[^1]);

        job.Settle(0).Settle(1).Settle(2).Settle(3).Return(7).Return(6).Return(5);
        Assert.False(job.State.IsPaused);
        job.Return(4);
        Assert.True(job.State.IsPaused);
        Assert.Equal(8, job.Begun.Count);

        job.Resume();

        Assert.Equal([4, 5, 6, 7, 8, 9, 10, 11], job.Begun.Skip(8).Select(segment => segment.Index));
        job.SettleAll(from: 8).Confirm();
        Assert.Equal(CopyOutcome.Completed, job.Outcome);
        Assert.Equal(20 * ScriptedJob.SegmentSectors, job.State.CopiedSectors);
    }

    [Fact]
    public void Resume_while_requests_are_taken_back_begins_nothing_out_of_order()
    {
        // Were 2 begun before 1 comes back, it could hold the pages that 1 needs, and in a sequential job wait for 1.
        var job = new ScriptedJob(segments: 9, ScriptedJob.Small with { InFlight = 2, WriteSequential = true }).Start();

        job.Pause().Settle(0).Resume();
        Assert.Equal(2, job.Begun.Count);
        job.Return(1);

        Assert.Equal([0, 1, 1, 2], job.Begun.Select(segment => segment.Index));
        Assert.Single(job.Effects.OfType<CopyJobEffect.WithdrawRequests>());
    }

    [Fact]
    public void Requests_are_taken_back_once_however_often_the_job_is_told_to_stop()
    {
        var job = new ScriptedJob(segments: 20).Start();

        job.Pause().Resume().Pause().Cancel();

        Assert.Single(job.Effects.OfType<CopyJobEffect.WithdrawRequests>());
    }

    [Fact]
    public void Cancel_settles_what_is_in_flight_and_then_answers()
    {
        var job = new ScriptedJob(segments: 20).Start().Cancel().Resume();
        for (var i = 0; i < 7; i++)
        {
            job.Settle(i);
        }

        Assert.Empty(job.Effects.OfType<CopyJobEffect.Finish>());
        job.Settle(7);

        Assert.Equal(CopyOutcome.Cancelled, job.Outcome);
        Assert.Equal(8, job.Begun.Count);
    }

    [Fact]
    public void Error_of_a_cancelled_job_is_recorded_and_it_stays_cancelled()
    {
        var job = new ScriptedJob(segments: 2).Start().Cancel().FailRead(0).FailTargets(1, 0);

        Assert.Equal(CopyOutcome.Cancelled, job.Outcome);
        Assert.True(job.State.ReadError);
        Assert.Equal(TargetMask.Of(0), job.State.WriteErrors);
    }

    [Fact]
    public void Error_while_pausing_ends_in_failed()
    {
        var job = new ScriptedJob(segments: 20).Start().Pause().FailRead(0).SettleAll(from: 1);

        Assert.Equal(CopyOutcome.Failed, job.Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cancel_during_the_flush_waits_for_it(bool fails)
    {
        var job = new ScriptedJob(segments: 1, ScriptedJob.Small with { Flush = true }).Start().Settle(0).Cancel();
        Assert.Empty(job.Effects.OfType<CopyJobEffect.Finish>());

        job.Flush(fails ? [0] : []);

        Assert.Equal(CopyOutcome.Cancelled, job.Outcome);
    }

    [Fact]
    public void Pause_during_the_flush_rests_before_the_comparison()
    {
        var job = new ScriptedJob(segments: 1, ScriptedJob.Small with { Verify = true }).Start();
        job.Settle(0).Pause().Flush();
        Assert.True(job.State.IsPaused);
        Assert.Single(job.Begun);

        job.Resume();

        Assert.Equal(SegmentKind.Compare, job.Begun[1].Kind);
    }

    [Fact]
    public void Answer_that_nobody_asked_for_is_a_defect()
    {
        var flushing = new ScriptedJob(segments: 1, ScriptedJob.Small with { Flush = true }).Start().Settle(0);

        Assert.Throws<InvariantException>(() => flushing.Confirm());
        Assert.Throws<InvariantException>(() => new ScriptedJob(segments: 1).Start().Flush());
        Assert.Throws<InvariantException>(() => new ScriptedJob(segments: 1).Start().Settle(0).Settle(0));
        Assert.Throws<InvariantException>(() => new ScriptedJob(segments: 1).Start().Settle(0).Lose(0));
    }
}
