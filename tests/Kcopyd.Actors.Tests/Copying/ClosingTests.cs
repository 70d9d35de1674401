using Kcopyd.Actors.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Draining, destroying and disposing a client; reserved completions.</summary>
public sealed class ClosingTests
{
    private const int Length = 20 * 4096;

    [Fact]
    public void Drain_is_answered_when_the_jobs_before_it_are_over() => CopySimulation.InManyOrders(simulation =>
    {
        var (first, second) = (CopySimulation.Gated(Source(4096)), CopySimulation.Gated(Source(4096)));
        var client = simulation.Client();
        client.Start(Copy(first, Target(4096)));

        client.Tell(new ClientMessage.Drain());
        simulation.Settle();
        client.Start(Copy(second, Target(4096)));
        Assert.Empty(client.Inbox.OfType<ClientMessage.Drained>());
        simulation.Open(first);

        Assert.Single(client.Inbox.OfType<ClientMessage.Drained>());
        Assert.IsType<ClientMessage.Drained>(client.Inbox[^1]);
        simulation.Open(second);
        client.AssertIdle();
    });

    [Fact]
    public void Drain_of_an_idle_client_is_answered_at_once()
    {
        using var simulation = new CopySimulation();

        simulation.Client().Ask<ClientMessage.Drained>(new ClientMessage.Drain());
    }

    [Fact]
    public void K18_destroy_is_answered_after_the_last_completion_and_with_every_page_back() =>
        CopySimulation.InManyOrders(
        simulation =>
        {
            var source = CopySimulation.Gated(Source(Length));
            var client = simulation.Client(new KcopydClientOptions { PageBudget = 12.KiB, ActiveJobs = 2 });
            for (var i = 0; i < 4; i++)
            {
                client.Start(Copy(source, simulation.On(Target(Length))));
            }

            client.Tell(new ClientMessage.Destroy());
            simulation.Settle();
            Assert.False(client.Link.IsClosed);
            simulation.Open(source);

            Assert.Equal(4, client.Completions.Count());
            Assert.IsType<ClientMessage.Destroyed>(client.Inbox[^1]);
            Assert.All(client.Completions, AssertGood);
            Assert.True(client.Link.IsClosed);
        });

    [Fact]
    public void Destroy_settles_jobs_that_rest_or_are_about_to() => CopySimulation.InManyOrders(simulation =>
    {
        var source = CopySimulation.Gated(Source(Length));
        var client = simulation.Client(new KcopydClientOptions { ActiveJobs = 2 });
        var resting = client.Start(Copy(Source(Length), Target(Length)) with { StartPaused = true });
        var pausing = client.Start(Copy(source, Target(Length)));
        client.Start(Copy(source, Target(Length)));
        var queued = client.Start(Copy(Source(Length), Target(Length)) with { StartPaused = true });
        client.Tell(new ClientMessage.PauseJob(pausing));
        simulation.Settle();

        client.Tell(new ClientMessage.Destroy());
        simulation.Open(source);

        Assert.IsType<ClientMessage.Destroyed>(client.Inbox[^1]);
        Assert.All(
            new[] { resting, pausing, queued },
            job => Assert.Equal(CopyOutcome.Cancelled, client.Completion(job).Outcome));
        Assert.Equal(4, client.Completions.Count());
    });

    [Fact]
    public void Destroy_waits_for_pages_of_a_job_that_died() => CopySimulation.InManyOrders(simulation =>
    {
        var source = CopySimulation.Gated(Source(Length));
        var client = simulation.Client();
        client.Start(Copy(source, Target(Length)));
        simulation.System.ActorSelection(client.Actor.Path + "/$*").Tell(Akka.Actor.Kill.Instance);

        client.Tell(new ClientMessage.Destroy());
        simulation.Settle();
        Assert.Empty(client.Completions);
        Assert.Empty(client.Inbox.OfType<ClientMessage.Destroyed>());
        simulation.Open(source);

        Assert.Single(client.Completions);
        Assert.Single(client.Inbox.OfType<ClientMessage.Destroyed>());
    });

    [Fact]
    public void K20_reserved_completion_keeps_a_client_from_being_destroyed() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var client = simulation.Client();
        var ticket = new ClientTicket(null);
        var prepared = new PreparedCompletion(new CopyJobId("prepared-1"), ticket);
        client.Tell(new ClientWork.Prepare(prepared));
        client.Tell(new ClientMessage.Destroy());
        simulation.Settle();
        Assert.Empty(client.Inbox.OfType<ClientMessage.Destroyed>());

        client.Tell(new ClientWork.CompletePrepared(prepared, true, 0b101));
        client.Tell(new ClientWork.CompletePrepared(prepared, false, 0));
        simulation.Settle();

        Assert.Single(client.Inbox.OfType<ClientMessage.Destroyed>());
        var completed = ticket.Completed.Result;
        Assert.Equal((CopyOutcome.CompletedWithErrors, true, 0b101UL),
            (completed.Outcome, completed.ReadError, completed.WriteErrors));
    });

    [Fact]
    public void Shutdown_cancels_everything_and_gives_up_reserved_completions() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var source = simulation.On(Source(Length));
        var client = simulation.Client(new KcopydClientOptions { PageBudget = 12.KiB, ActiveJobs = 2 });
        var tickets = Enumerable.Range(0, 5).Select(_ => new ClientTicket(null)).ToList();
        tickets.ForEach(ticket => client.Tell(new ClientWork.Submit(Copy(source, Target(Length)), ticket)));
        var reserved = new ClientTicket(null);
        client.Tell(new ClientWork.Prepare(new PreparedCompletion(new CopyJobId("prepared-1"), reserved)));
        var end = simulation.Loop.Steps + simulation.Loop.Choose(100);
        simulation.Loop.Run(() => simulation.Loop.Steps >= end);

        client.Tell(new ClientWork.Shutdown());
        client.Tell(new ClientWork.Shutdown());
        simulation.Settle();

        Assert.True(client.Link.IsClosed);
        Assert.All(tickets, ticket => Assert.True(ticket.Completed.IsCompletedSuccessfully));
        Assert.IsType<ObjectDisposedException>(reserved.Completed.Exception!.InnerException);
        Assert.Equal(TimeSpan.Zero, simulation.Loop.Now);
    });

    [Fact]
    public void Shutdown_aborts_io_that_can_be_cancelled_when_its_time_is_over() =>
        CopySimulation.InManyOrders(simulation =>
    {
        var source = CopySimulation.Gated(Source(Length));
        var client = simulation.Client();
        var job = client.Start(Copy(source, Target(Length)));

        client.Tell(new ClientWork.Shutdown());
        simulation.Loop.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.False(client.Link.IsClosed);
        simulation.Loop.Advance(TimeSpan.FromTicks(1));

        Assert.True(client.Link.IsClosed);
        Assert.Equal(CopyOutcome.Cancelled, client.Completion(job).Outcome);
    });

    [Fact]
    public void Shutdown_leaves_a_device_that_hangs_and_frees_the_memory_when_it_answers() =>
        CopySimulation.InManyOrders(
        simulation =>
        {
            var (source, ticket) = (new HangingDevice(Source(Length)), new ClientTicket(null));
            var client = simulation.Client(new KcopydClientOptions { DisposeTimeout = TimeSpan.FromSeconds(3) });
            client.Tell(new ClientWork.Submit(Copy(source, Target(Length)), ticket));
            simulation.Settle();

            client.Tell(new ClientWork.Shutdown());
            simulation.Loop.Advance(TimeSpan.FromSeconds(3));
            Assert.False(client.Link.IsClosed);
            simulation.Loop.Advance(TimeSpan.FromSeconds(1));

            Assert.True(client.Link.IsClosed);
            Assert.IsType<ObjectDisposedException>(ticket.Completed.Exception!.InnerException);
            Assert.All(source.Buffers, buffer => buffer.Span.Fill(1));
            simulation.Loop.Post(source.Release);
            simulation.Settle();
            Assert.Equal(8, source.Buffers.Count);
            Assert.All(source.Buffers, buffer => Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length));
        });
}
