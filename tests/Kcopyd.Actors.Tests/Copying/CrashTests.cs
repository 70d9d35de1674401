using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Core.Paging;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Defects of devices and deaths of actors: nothing hangs, no page leaks.</summary>
public sealed class CrashTests
{
    private const int Length = 20 * 4096;

    public static TheoryData<DeviceOperation, DeviceFaultEffect, bool> Crashes()
    {
        var crashes = new TheoryData<DeviceOperation, DeviceFaultEffect, bool>();
        foreach (var operation in new[] { DeviceOperation.Read, DeviceOperation.Write })
        {
            foreach (var effect in new[] { DeviceFaultEffect.CrashOnCall, DeviceFaultEffect.CrashLater })
            {
                crashes.Add(operation, effect, false);
                crashes.Add(operation, effect, true);
            }
        }

        return crashes;
    }

    [Theory]
    [MemberData(nameof(Crashes))]
    public void Crash_of_a_worker_is_tried_again(
        DeviceOperation operation, DeviceFaultEffect effect, bool isSequential) =>
        CopySimulation.InManyOrders(simulation =>
        {
            var (fault, target) = (
                new DeviceFault(operation) { Effect = effect, Times = 2, FromNumber = 4 }, Target(Length));
            var client = simulation.ClientOfPages(3);
            var options = Pages with { WriteSequential = isSequential, Digest = true };

            var completed = client.Run(Copy(
                options,
                simulation.On(new FaultyBlockDevice(Source(Length), fault)),
                simulation.On(new FaultyBlockDevice(target, fault))));

            AssertGood(completed);
            AssertCopied(target);
            Assert.Equal((Length, Length), (completed.BytesRead, completed.Targets[0].BytesWritten));
        });

    [Theory]
    [InlineData(DeviceOperation.Read)]
    [InlineData(DeviceOperation.Write)]
    public void Worker_that_crashes_three_times_fails_the_job(DeviceOperation operation) => CopySimulation.InManyOrders(
        simulation =>
        {
            var fault = DeviceFault.Within(operation, SectorRange.Create(16, 8));
            var bad = fault with { Effect = DeviceFaultEffect.CrashLater };
            var (source, target) = (
                new FaultyBlockDevice(Source(Length), bad), new FaultyBlockDevice(Target(Length), bad));
            var client = simulation.ClientOfPages(3);

            var completed = client.Run(Copy(simulation.On(source), simulation.On(target)));

            Assert.Equal(CopyOutcome.Failed, completed.Outcome);
            var failure = Assert.Single(completed.Details);
            Assert.Equal((CopyFailureKind.Engine, null), (failure.Kind, failure.Target));
            Assert.Equal(SectorRange.Create(16, 8), failure.Range);
            Assert.Equal(CopyJobState.MaxAttempts, source.Faults + target.Faults);
        });

    [Fact]
    public void Crash_of_a_comparison_is_tried_again() => CopySimulation.InManyOrders(simulation =>
    {
        var fault = new DeviceFault(DeviceOperation.Read) { Effect = DeviceFaultEffect.CrashOnCall, Times = 2 };
        var target = new FaultyBlockDevice(Source(Length), fault);

        AssertGood(simulation.ClientOfPages(4).Run(Verify(simulation.On(Source(Length)), simulation.On(target))));

        Assert.Equal(2, target.Faults);
    });

    [Theory]
    [InlineData(1, CopyOutcome.Completed)]
    [InlineData(100, CopyOutcome.Failed)]
    public void Crash_of_an_inline_device_is_tried_again_and_then_fails_the_job(int times, CopyOutcome outcome) =>
        CopySimulation.InManyOrders(
            simulation =>
            {
                foreach (var (reads, writes) in new[] { (times, 0), (0, times) })
                {
                    var target = Target(Length);

                    var completed = simulation.ClientOfPages(3).Run(Copy(
                        new CrashingInlineDevice(Source(Length), reads), new CrashingInlineDevice(target, writes)));

                    Assert.Equal(outcome, completed.Outcome);
                    Assert.All(completed.Details, failure => Assert.Equal(CopyFailureKind.Engine, failure.Kind));
                }
            },
            orders: 5);

    [Theory]
    [InlineData(DeviceOperation.Flush)]
    [InlineData(DeviceOperation.Confirm)]
    [InlineData(DeviceOperation.BlockStatus)]
    public void Crash_of_a_question_to_a_device_fails_the_job(DeviceOperation operation) => CopySimulation.InManyOrders(
        simulation =>
        {
            var fault = new DeviceFault(operation) { Effect = DeviceFaultEffect.CrashLater };
            var (source, target) = (
                new FaultyBlockDevice(Source(Length), fault), new FaultyBlockDevice(Target(Length), fault));

            var completed = simulation.Client().Run(Copy(
                Pages with { Flush = true, Sparse = true }, simulation.On(source), simulation.On(target)));

            Assert.Equal(
                (CopyOutcome.Failed, true, 1UL), (completed.Outcome, completed.ReadError, completed.WriteErrors));
            Assert.Equal(CopyFailureKind.Engine, Assert.Single(completed.Details).Kind);
        });

    [Fact]
    public void Killed_job_is_reported_as_failed_when_its_io_has_ended_and_its_pages_are_back() =>
        CopySimulation.InManyOrders(
        simulation =>
        {
            foreach (var message in new object[] { Kill.Instance, PoisonPill.Instance })
            {
                var source = CopySimulation.Gated(Source(Length));
                var client = simulation.ClientOfPages(4);
                var job = client.Start(Copy(source, simulation.On(Target(Length))), "context");

                simulation.System.ActorSelection(client.Actor.Path + "/$*").Tell(message);
                simulation.Settle();
                Assert.Empty(client.Completions);
                Assert.Equal((4, 0), (client.Status.TakenPages, client.Status.WaitingSegments));
                simulation.Open(source);

                var completed = client.Completion(job);
                Assert.Equal((CopyOutcome.Failed, true, 1UL, "context"),
                    (completed.Outcome, completed.ReadError, completed.WriteErrors, completed.Context));
                Assert.Equal(CopyFailureKind.Engine, Assert.Single(completed.Details).Kind);
                client.AssertIdle();
                AssertGood(client.Run(Copy(Source(Length), Target(Length))));
            }
        });

    [Fact]
    public void Digest_that_dies_fails_its_job() => CopySimulation.InManyOrders(simulation =>
    {
        var source = CopySimulation.Gated(Source(Length));
        var client = simulation.Client();
        var job = client.Start(Copy(Pages with { Digest = true, InFlight = 2 }, source, Target(Length)));
        simulation.Release(source.Waiting.Single(read => read.Range.Start == 0));

        simulation.System.ActorSelection(client.Actor.Path + "/$*/*").Tell(Kill.Instance);
        simulation.Settle();
        simulation.Open(source);

        Assert.Equal(CopyOutcome.Failed, client.Completion(job).Outcome);
        client.AssertIdle();
    });

    [Fact]
    public void Crash_of_the_client_is_told_to_everyone_who_waits() => CopySimulation.InManyOrders(simulation =>
    {
        var (source, ticket) = (new HangingDevice(Source(Length)), new ClientTicket(null));
        var client = simulation.ClientOfPages(4);
        client.Tell(new ClientWork.Submit(Copy(source, Target(Length)), ticket));
        simulation.Settle();
        Assert.True(ticket.Accepted.IsCompletedSuccessfully);

        client.Tell(new ClientWork.AdmitSegment(new Admission(99, 0, 5, 0)));
        simulation.Settle();

        Assert.True(client.Link.IsClosed);
        Assert.IsType<ObjectDisposedException>(ticket.Completed.Exception!.InnerException);
        AssertFreedWithTheLastIo(simulation, source);
    });

    [Fact]
    public void Client_without_its_completions_stops() => CopySimulation.InManyOrders(simulation =>
    {
        var client = simulation.Client();
        simulation.Settle();

        simulation.System.ActorSelection(client.Actor.Path + "/completions").Tell(Kill.Instance);
        simulation.Settle();

        Assert.True(client.Link.IsClosed);
    });

    [Fact]
    public void Stopped_client_tells_everyone_who_waits() => CopySimulation.InManyOrders(simulation =>
    {
        var source = new HangingDevice(Source(Length));
        var client = simulation.Client(new KcopydClientOptions { PageBudget = 16.KiB, ActiveJobs = 2 });
        var tickets = Enumerable.Range(0, 10).Select(_ => new ClientTicket(null)).ToList();
        tickets.ForEach(ticket => client.Tell(new ClientWork.Submit(Copy(source, Target(Length)), ticket)));
        simulation.Settle();

        client.Actor.Tell(PoisonPill.Instance);
        simulation.Settle();

        Assert.All(tickets, ticket =>
            Assert.IsType<ObjectDisposedException>(ticket.Completed.Exception!.InnerException));
        AssertFreedWithTheLastIo(simulation, source);
    });

    private static void AssertFreedWithTheLastIo(CopySimulation simulation, HangingDevice source)
    {
        // The pages of an I/O in flight are there until it ends.
        Assert.All(source.Buffers, buffer => buffer.Span.Fill(1));
        simulation.Loop.Post(source.Release);
        simulation.Settle();
        Assert.All(source.Buffers, buffer => Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length));
    }
}
