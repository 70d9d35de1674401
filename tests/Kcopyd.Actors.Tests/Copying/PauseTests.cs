using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Pause, resume and cancel at every stage of a job.</summary>
public sealed class PauseTests
{
    private const int Length = 20 * 4096;

    [Fact]
    public void Pause_waits_for_what_is_in_flight_and_then_holds_no_pages() => CopySimulation.InManyOrders(simulation =>
    {
        var (source, target) = (CopySimulation.Gated(Source(Length)), Target(Length));
        var client = simulation.Client();
        var job = client.Start(Copy(Pages with { InFlight = 3 }, source, simulation.On(target)));

        client.Tell(new ClientMessage.PauseJob(job));
        simulation.Settle();
        Assert.Equal(CopyJobStatus.Pausing, client.Progress(job).Status);
        Assert.Empty(client.Inbox.OfType<ClientMessage.JobPaused>());
        simulation.Open(source);

        Assert.Single(client.Inbox.OfType<ClientMessage.JobPaused>());
        Assert.Equal((CopyJobStatus.Paused, 3 * 4096), (client.Progress(job).Status, client.Progress(job).Done.Value));
        Assert.Equal((0, 0, 1), (client.Status.TakenPages, client.Status.WaitingSegments, client.Status.ActiveJobs));
        client.Ask<ClientMessage.JobResumed>(new ClientMessage.ResumeJob(job));
        var completed = client.Completion(job);
        AssertGood(completed);
        Assert.Equal((Length, Length), (completed.BytesRead, completed.Targets[0].BytesWritten));
        AssertCopied(target);
    });

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Job_paused_again_and_again_is_copied_and_counted_once(bool isSequential, bool digests) =>
        CopySimulation.InManyOrders(simulation =>
        {
            var target = Target(Length);
            var client = simulation.ClientOfPages(3);
            var job = client.Ask<ClientMessage.CopyAccepted>(new ClientMessage.Copy(Copy(
                Pages with { WriteSequential = isSequential, Digest = digests, Flush = true, Verify = true },
                simulation.On(Source(Length)),
                simulation.On(target)))).Job;
            for (var i = 0; i < 10; i++)
            {
                Run(simulation, 25);
                client.Tell(new ClientMessage.PauseJob(job));
                Run(simulation, i * 5);
                client.Tell(new ClientMessage.ResumeJob(job));
            }

            var completed = client.Completion(job);
            AssertGood(completed);
            AssertCopied(target);
            Assert.Equal((Length, Length), (completed.BytesRead, completed.Targets[0].BytesWritten));
            if (digests)
            {
                Assert.Equal(
                    System.Security.Cryptography.SHA256.HashData(Pattern(Length, SourceSeed)), completed.Digest);
            }

            client.AssertIdle();
        });

    [Fact]
    public void Pause_right_after_a_resume_is_answered_when_the_job_rests_again() => CopySimulation.InManyOrders(
        simulation =>
        {
            var source = CopySimulation.Gated(Source(Length));
            var client = simulation.Client();
            var job = client.Start(Copy(Pages, source, Target(Length)) with { StartPaused = true });
            Assert.Equal(CopyJobStatus.Paused, client.Progress(job).Status);

            client.Tell(new ClientMessage.PauseJob(job));
            client.Tell(new ClientMessage.ResumeJob(job));
            client.Tell(new ClientMessage.PauseJob(job));
            simulation.Settle();

            if (client.Inbox[^1] is ClientMessage.JobPaused)
            {
                Assert.Equal((0, CopyJobStatus.Paused), (source.Waiting.Length, client.Progress(job).Status));
            }

            simulation.Open(source);
            Assert.Equal(CopyJobStatus.Paused, client.Progress(job).Status);
            Assert.Equal(0, client.Status.TakenPages);
            client.Tell(new ClientMessage.ResumeJob(job));
            AssertGood(client.Completion(job));
        },
        orders: 100);

    [Fact]
    public void Queued_job_can_be_looked_at_paused_and_resumed_before_its_turn() => CopySimulation.InManyOrders(
        simulation =>
        {
            var first = CopySimulation.Gated(Source(4096));
            var client = simulation.Client(new KcopydClientOptions { ActiveJobs = 1 });
            client.Start(Copy(first, Target(4096)));
            var target = Target(4096);
            var job = client.Start(Copy(Source(4096), target));

            Assert.Equal((CopyJobStatus.Queued, 0d), (client.Progress(job).Status, client.Progress(job).Fraction));
            client.Ask<ClientMessage.JobPaused>(new ClientMessage.PauseJob(job));
            simulation.Open(first);
            Assert.Equal(CopyJobStatus.Paused, client.Progress(job).Status);
            AssertCopied(target, TargetSeed);
            client.Tell(new ClientMessage.ResumeJob(job));
            AssertGood(client.Completion(job));
            client.AssertIdle();
        });

    [Fact]
    public void Job_that_is_to_begin_paused_is_resumed_while_it_is_queued() => CopySimulation.InManyOrders(simulation =>
    {
        var first = CopySimulation.Gated(Source(4096));
        var client = simulation.Client(new KcopydClientOptions { ActiveJobs = 1 });
        client.Start(Copy(first, Target(4096)));
        var job = client.Start(Copy(Source(4096), Target(4096)) with { StartPaused = true });

        client.Ask<ClientMessage.JobResumed>(new ClientMessage.ResumeJob(job));
        simulation.Open(first);

        AssertGood(client.Completion(job));
        client.AssertIdle();
    });

    [Fact]
    public void Paused_job_gives_its_place_to_the_next() => CopySimulation.InManyOrders(simulation =>
    {
        var client = simulation.Client(new KcopydClientOptions { ActiveJobs = 1 });
        var paused = client.Start(Copy(Source(4096), Target(4096)) with { StartPaused = true });

        AssertGood(client.Completion(client.Start(Copy(Source(4096), Target(4096)))));
        client.Tell(new ClientMessage.ResumeJob(paused));

        AssertGood(client.Completion(paused));
        client.AssertIdle();
    });

    [Fact]
    public void No_more_jobs_than_the_limit_are_begun() => CopySimulation.InManyOrders(simulation =>
    {
        var client = simulation.Client(new KcopydClientOptions { ActiveJobs = 2 });
        var source = CopySimulation.Gated(Source(4096));
        for (var i = 0; i < 5; i++)
        {
            client.Start(Copy(source, Target(4096)));
        }

        Assert.Equal((2, 3, 2), (source.Waiting.Length, client.Status.QueuedJobs, client.Status.ActiveJobs));
        simulation.Release(source.Waiting[0]);
        Assert.Equal((2, 2, 2), (source.Waiting.Length, client.Status.QueuedJobs, client.Status.ActiveJobs));
        simulation.Open(source);
        Assert.Equal(5, client.Completions.Count());
        client.AssertIdle();
    });

    [Fact]
    public void Cancelled_job_settles_what_is_in_flight_and_reads_no_more() => CopySimulation.InManyOrders(simulation =>
    {
        var counting = new CountingBlockDevice(Source(Length));
        var (source, target) = (CopySimulation.Gated(counting), Target(Length));
        var client = simulation.Client();
        var job = client.Start(Copy(Pages with { InFlight = 3 }, source, simulation.On(target)));

        client.Tell(new ClientMessage.CancelJob(job));
        simulation.Settle();
        Assert.Equal(CopyJobStatus.Ending, client.Progress(job).Status);
        Assert.Empty(client.Completions);
        simulation.Open(source);

        var completed = client.Completion(job);
        Assert.Equal((CopyOutcome.Cancelled, 0L), (completed.Outcome, completed.FailureCount));
        Assert.Equal(3, counting[DeviceOperation.Read].Begun);
        AssertPages(target, 3.., TargetSeed);
        client.AssertIdle();
    });

    [Fact]
    public void Queued_job_is_cancelled_at_once() => CopySimulation.InManyOrders(simulation =>
    {
        var client = simulation.Client(new KcopydClientOptions { ActiveJobs = 1 });
        var source = CopySimulation.Gated(Source(4096));
        client.Start(Copy(source, Target(4096)));
        var job = client.Start(Copy(Source(4096), Target(4096)));

        client.Tell(new ClientMessage.CancelJob(job));

        Assert.Equal(CopyOutcome.Cancelled, client.Completion(job).Outcome);
        simulation.Open(source);
        client.AssertIdle();
    });

    [Fact]
    public void Job_that_waits_for_pages_is_cancelled_at_once_and_leaves_the_queue() => CopySimulation.InManyOrders(
        simulation =>
        {
            var client = simulation.ClientOfPages(1);
            var source = CopySimulation.Gated(Source(4096));
            client.Start(Copy(source, Target(4096)));
            var waiting = client.Start(Copy(Source(Length), Target(Length)));
            Assert.Equal(8, client.Status.WaitingSegments);

            client.Tell(new ClientMessage.CancelJob(waiting));

            Assert.Equal(CopyOutcome.Cancelled, client.Completion(waiting).Outcome);
            Assert.Equal((1, 0), (client.Status.TakenPages, client.Status.WaitingSegments));
            simulation.Open(source);
            client.AssertIdle();
        });

    [Fact]
    public void Job_is_paused_and_cancelled_while_it_flushes() => CopySimulation.InManyOrders(simulation =>
    {
        foreach (var cancels in new[] { false, true })
        {
            var target = CopySimulation.Gated(Target(4096), DeviceOperation.Flush);
            var client = simulation.Client();
            var job = client.Start(Copy(Pages with { Flush = true }, Source(4096), target));
            Assert.Equal(CopyJobStatus.Flushing, client.Progress(job).Status);

            client.Tell(cancels ? new ClientMessage.CancelJob(job) : new ClientMessage.PauseJob(job));
            simulation.Settle();
            Assert.Empty(client.Completions);
            simulation.Open(target);

            if (!cancels)
            {
                Assert.Equal(CopyJobStatus.Paused, client.Progress(job).Status);
                client.Tell(new ClientMessage.ResumeJob(job));
            }

            Assert.Equal(cancels ? CopyOutcome.Cancelled : CopyOutcome.Completed, client.Completion(job).Outcome);
            client.AssertIdle();
        }
    });

    [Fact]
    public void Job_is_paused_and_cancelled_while_it_verifies() => CopySimulation.InManyOrders(simulation =>
    {
        foreach (var cancels in new[] { false, true })
        {
            var target = CopySimulation.Gated(Target(Length), DeviceOperation.Read);
            var client = simulation.Client();
            var job = client.Start(Copy(Pages with { Verify = true }, Source(Length), target));
            Assert.Equal((CopyJobStatus.Verifying, 0.5), (client.Progress(job).Status, client.Progress(job).Fraction));

            client.Tell(cancels ? new ClientMessage.CancelJob(job) : new ClientMessage.PauseJob(job));
            simulation.Open(target);

            if (!cancels)
            {
                Assert.Equal(CopyJobStatus.Paused, client.Progress(job).Status);
                Assert.Equal(0, client.Status.TakenPages);
                client.Tell(new ClientMessage.ResumeJob(job));
            }

            Assert.Equal(cancels ? CopyOutcome.Cancelled : CopyOutcome.Completed, client.Completion(job).Outcome);
            client.AssertIdle();
        }
    });

    [Fact]
    public void Commands_to_a_job_that_is_over_are_answered_as_unknown()
    {
        using var simulation = new CopySimulation();
        var client = simulation.Client();
        var job = client.Run(Copy(Source(512), Target(512))).Job;

        foreach (var message in new ClientMessage[]
        {
            new ClientMessage.PauseJob(job), new ClientMessage.ResumeJob(job), new ClientMessage.CancelJob(job),
            new ClientMessage.GetProgress(job),
        })
        {
            Assert.Equal(job, client.Ask<ClientMessage.JobUnknown>(message).Job);
        }
    }

    [Fact]
    public void Pause_of_a_job_that_ends_instead_is_answered_as_unknown() => CopySimulation.InManyOrders(simulation =>
    {
        var source = CopySimulation.Gated(Source(4096));
        var client = simulation.Client();
        var job = client.Start(Copy(source, Target(4096)));

        client.Tell(new ClientMessage.PauseJob(job));
        client.Tell(new ClientMessage.CancelJob(job));
        simulation.Settle();
        simulation.Open(source);

        Assert.Equal(CopyOutcome.Cancelled, client.Completion(job).Outcome);
        Assert.Single(client.Inbox.OfType<ClientMessage.JobUnknown>());
    });

    /// <summary>Lets the loop take some steps.</summary>
    private static void Run(CopySimulation simulation, int steps)
    {
        var end = simulation.Loop.Steps + steps;
        simulation.Loop.Run(() => simulation.Loop.Steps >= end || simulation.Loop.Runnable == 0);
    }
}
