using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>The facade, on the engine's own dispatchers.</summary>
public sealed class KcopydClientTests : Akka.TestKit.Xunit2.TestKit
{
    private const int Length = 20 * 4096;

    [Fact]
    public async Task Copy_returns_how_it_ended()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        var targets = Enumerable.Range(0, 3).Select(_ => Target(Length)).ToList();

        var completed = await Soon(client.CopyAsync(Copy(Pages with { Verify = true }, Source(Length), targets)));

        AssertGood(completed);
        Assert.All(targets, target => AssertCopied(target));
        AssertGood(await Soon(client.ZeroAsync(Zero(Pages, targets))));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ZeroAsync(Copy(Source(512), targets)));
    }

    [Fact]
    public async Task Copy_that_is_cancelled_settles_and_completes_as_cancelled()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        using var cancellation = new CancellationTokenSource();
        var source = new GatedBlockDevice(Source(Length));
        var copy = client.CopyAsync(Copy(source, Target(Length)), cancellation.Token);
        await Soon(source.WaitForAsync(8));

        await cancellation.CancelAsync();
        await client.GetStatusAsync(CancellationToken.None);
        source.OpenGate();

        Assert.Equal(CopyOutcome.Cancelled, (await Soon(copy)).Outcome);
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => client.CopyAsync(Copy(source, Target(Length)), cancellation.Token));
    }

    [Fact]
    public async Task Budget_that_cannot_be_allocated_is_said_when_the_client_is_made() =>
        await Assert.ThrowsAsync<OutOfMemoryException>(
            async () => await KcopydClient.CreateAsync(Sys, new KcopydClientOptions { PageBudget = 8_000_000.MiB }));

    [Fact]
    public async Task Job_whose_caller_stopped_waiting_for_its_acceptance_is_cancelled()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        var over = new TaskCompletionSource<CopyCompleted>();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var source = new GatedBlockDevice(Source(Length));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.StartAsync(Copy(source, Target(Length)), over.SetResult, cancelled.Token));
        source.OpenGate();

        Assert.Equal(CopyOutcome.Cancelled, (await Soon(over.Task)).Outcome);
    }

    [Fact]
    public async Task Name_is_free_again_when_the_job_that_had_it_is_over()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        for (var i = 0; i < 20; i++)
        {
            AssertGood(await Soon(client.CopyAsync(Copy(Source(512), Target(512)) with { Name = "nightly" })));
        }
    }

    [Fact]
    public async Task Rejected_and_busy_requests_throw_what_they_are()
    {
        await using var client = await KcopydClient.CreateAsync(Sys, new KcopydClientOptions { QueueLimit = 1 });
        var source = new GatedBlockDevice(Source(512));

        var rejected = await Assert.ThrowsAsync<CopyRejectedException>(
            () => client.StartAsync(CopyRequest.Copy(Region(source, 0, 1), Region(Target(512), 1, 1))));
        await client.StartAsync(Copy(source, Target(512)));
        await Assert.ThrowsAsync<CopyBusyException>(() => client.StartAsync(Copy(source, Target(512))));

        Assert.Equal(CopyRejectionKind.OutOfBounds, rejected.Rejection.Kind);
        source.OpenGate();
    }

    [Fact]
    public async Task K16_callbacks_of_one_client_never_overlap()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        var (inside, overlaps) = (0, 0);
        var jobs = Enumerable.Range(0, 500).Select(_ => client.StartAsync(Copy(Source(512), Target(512)), OnCompleted));

        await Soon(Task.WhenAll((await Task.WhenAll(jobs)).Select(job => job.Completion)));

        Assert.Equal(0, overlaps);

        void OnCompleted(CopyCompleted completed)
        {
            overlaps += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
            Thread.Yield();
            Interlocked.Decrement(ref inside);
        }
    }

    [Fact]
    public async Task K16_callbacks_of_two_clients_may_overlap()
    {
        await using var first = await KcopydClient.CreateAsync(Sys);
        await using var second = await KcopydClient.CreateAsync(Sys);
        using var meeting = new Barrier(2);

        var jobs = await Task.WhenAll(new[] { first, second }.Select(client => client.StartAsync(
            Copy(Source(512), Target(512)), _ => Assert.True(meeting.SignalAndWait(TimeSpan.FromMinutes(1))))));

        await Soon(Task.WhenAll(jobs.Select(job => job.Completion)));
        Assert.Equal(1, meeting.CurrentPhaseNumber);
    }

    [Fact]
    public async Task Callback_that_blocks_holds_up_nothing_but_later_callbacks()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        using var gate = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var blocked = await client.StartAsync(Copy(Source(512), Target(512)), _ =>
        {
            entered.Set();
            gate.Wait(TimeSpan.FromMinutes(1));
        });
        Assert.True(entered.Wait(TimeSpan.FromMinutes(1)));
        var target = new CountingBlockDevice(Target(512));

        var next = await Soon(client.StartAsync(Copy(Source(512), target)));

        Assert.Equal(32, (await Soon(client.GetStatusAsync())).TotalPages / 512);
        Assert.False(next.Completion.IsCompleted);
        gate.Set();
        AssertGood(await Soon(blocked.Completion));
        AssertGood(await Soon(next.Completion));
    }

    [Fact]
    public async Task Callback_that_throws_counts_as_returned()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);

        var job = await client.StartAsync(
            Copy(Source(512), Target(512)), _ => throw new InvalidOperationException("callback"));

        AssertGood(await Soon(job.Completion));
        AssertGood(await Soon(client.CopyAsync(Copy(Source(512), Target(512)))));
    }

    [Fact]
    public async Task K17_endless_chain_of_callbacks_does_not_hold_up_copies()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        var (links, isOver) = (0, false);
        _ = client.Complete(Prepare(), false, 0);

        for (var i = 0; i < 10; i++)
        {
            AssertGood(await Soon(client.CopyAsync(Copy(Source(Length), Target(Length)))));
        }

        Volatile.Write(ref isOver, true);
        await Soon(client.DrainAsync());
        Assert.True(links > 0);

        PreparedCompletion Prepare() => client.PrepareCompletion(completed =>
        {
            links++;
            if (!Volatile.Read(ref isOver))
            {
                _ = client.Complete(Prepare(), false, 0);
            }
        });
    }

    [Fact]
    public async Task K18_destroy_returns_after_the_last_callback()
    {
        var client = await KcopydClient.CreateAsync(Sys);
        var (source, called) = (new GatedBlockDevice(Source(Length)), 0);
        for (var i = 0; i < 5; i++)
        {
            await client.StartAsync(Copy(source, Target(Length)), _ => called++);
        }

        var destroyed = client.DestroyAsync();
        await Assert.ThrowsAsync<CopyRejectedException>(() => client.StartAsync(Copy(source, Target(Length))));
        Assert.False(destroyed.IsCompleted);
        source.OpenGate();

        await Soon(destroyed);
        Assert.Equal(5, called);
        await Soon(client.DestroyAsync());
    }

    [Fact]
    public async Task K20_destroy_waits_for_a_reserved_completion()
    {
        var client = await KcopydClient.CreateAsync(Sys);
        var called = new List<ulong>();
        var prepared = client.PrepareCompletion(completed => called.Add(completed.WriteErrors));
        var destroyed = client.DestroyAsync();
        await Soon(client.GetStatusAsync());
        Assert.False(destroyed.IsCompleted);

        var completed = await Soon(client.Complete(prepared, true, 6));

        Assert.Equal((true, 6UL, prepared.Id), (completed.ReadError, completed.WriteErrors, completed.Job));
        Assert.Equal([6UL], called);
        await Soon(destroyed);
    }

    [Fact]
    public async Task Job_is_paused_looked_at_and_resumed()
    {
        await using var client = await KcopydClient.CreateAsync(Sys);
        var source = new GatedBlockDevice(Source(Length));
        var job = await client.StartAsync(Copy(source, Target(Length)) with { Name = "night" });
        await Soon(source.WaitForAsync(8));
        var paused = job.PauseAsync();
        source.OpenGate();

        Assert.True(await Soon(paused));
        Assert.Equal(CopyJobStatus.Paused, (await Soon(job.GetProgressAsync()))!.Status);
        Assert.Equal("night", job.Id.Value);
        Assert.True(await Soon(job.ResumeAsync()));
        AssertGood(await Soon(job.Completion));
        await Soon(client.DrainAsync());
        Assert.False(await Soon(job.PauseAsync()));
        Assert.False(await Soon(job.ResumeAsync()));
        Assert.Null(await Soon(job.GetProgressAsync()));
        Assert.Equal(CopyOutcome.Completed, (await Soon(job.CancelAsync())).Outcome);
    }

    [Fact]
    public async Task Client_that_is_gone_says_so_to_everyone()
    {
        var client = await KcopydClient.CreateAsync(Sys);
        var prepared = client.PrepareCompletion(_ => { });
        var source = new GatedBlockDevice(Source(Length));
        var job = await client.StartAsync(Copy(source, Target(Length)));
        var (drained, destroyed) = (client.DrainAsync(), client.DestroyAsync());

        Sys.Stop(client.Actor);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon(job.Completion));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon(drained));
        await Soon(destroyed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon(client.Complete(prepared, false, 0)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon(client.StartAsync(Copy(source, Target(Length)))));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon(client.GetStatusAsync()));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon(client.DrainAsync()));
        await Soon(client.DestroyAsync());
        await Soon(client.DisposeAsync().AsTask());
        source.OpenGate();
    }

    [Fact]
    public async Task Coordinated_shutdown_disposes_the_clients_of_its_system()
    {
        var client = await KcopydClient.CreateAsync(Sys);
        var source = new GatedBlockDevice(Source(Length));
        var job = await client.StartAsync(Copy(source, Target(Length)));
        await Soon(source.WaitForAsync(8));

        var shutdown = CoordinatedShutdown.Get(Sys).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        source.OpenGate();

        Assert.Contains((await Soon(job.Completion)).Outcome, new[] { CopyOutcome.Cancelled, CopyOutcome.Completed });
        await Soon(shutdown);
        await Soon(client.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task Actor_is_answered_by_the_client_with_its_context()
    {
        await using var client = await KcopydClient.CreateAsync(
            Sys, new KcopydClientOptions { QueueLimit = 2, Name = "copier" });
        var (source, context) = (new GatedBlockDevice(Source(512)), new object());
        var (probe, other) = (CreateTestProbe(), CreateTestProbe());

        client.Actor.Tell(new ClientMessage.Copy(Copy(source, Target(512)), context), probe.Ref);
        var accepted = await probe.ExpectMsgAsync<ClientMessage.CopyAccepted>();
        client.Actor.Tell(new ClientMessage.Copy(Copy(source, Target(100)), "bad"), probe.Ref);
        var rejected = await probe.ExpectMsgAsync<ClientMessage.CopyRejected>();
        client.Actor.Tell(new ClientMessage.Copy(Copy(source, Target(512)), "other"), other.Ref);
        await other.ExpectMsgAsync<ClientMessage.CopyAccepted>();
        client.Actor.Tell(new ClientMessage.Copy(Copy(source, Target(512)), "third"), probe.Ref);
        var busy = await probe.ExpectMsgAsync<ClientMessage.CopyBusy>();
        source.OpenGate();
        var completed = await probe.ExpectMsgAsync<CopyCompleted>();

        Assert.Equal((client.Actor, accepted.Job), (probe.LastSender, completed.Job));
        Assert.Same(context, accepted.Context);
        Assert.Same(context, completed.Context);
        Assert.Equal(("bad", "third", 2), (rejected.Context, busy.Context, busy.QueueLimit));
        Assert.Equal("other", (await other.ExpectMsgAsync<CopyCompleted>()).Context);
        Assert.Equal("/user/copier", client.Actor.Path.ToStringWithoutAddress());
    }

    [Fact]
    public async Task Ten_thousand_jobs_share_one_segment()
    {
        const int Jobs = 10_000;
        await using var client = await KcopydClient.CreateAsync(Sys, new KcopydClientOptions { PageBudget = 4.KiB });
        var (source, target) = (Source(Jobs * 512), Target(Jobs * 512));

        var copies = Enumerable.Range(0, Jobs).Select(i => client.CopyAsync(
            CopyRequest.Copy(Region(source, i, 1), Region(target, i, 1)) with { Options = Pages }));
        var completed = await Soon(Task.WhenAll(copies.ToList()));

        Assert.All(completed, AssertGood);
        Assert.Equal(Jobs, completed.Select(job => job.Job).Distinct().Count());
        AssertCopied(target);
        var status = await Soon(client.GetStatusAsync());
        Assert.Equal((0, 1, 0, 0), (status.TakenPages, status.PeakPages, status.WaitingSegments, status.ActiveJobs));
    }

    /// <summary>Waits for what comes soon; a test that hangs fails.</summary>
    private static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromMinutes(1));

    private static Task Soon(Task task) => task.WaitAsync(TimeSpan.FromMinutes(1));
}
