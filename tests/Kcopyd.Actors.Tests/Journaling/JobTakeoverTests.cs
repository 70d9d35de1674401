using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Two runners of one job, which no lock file keeps apart.</summary>
public sealed class JobTakeoverTests
{
    [Fact]
    public void Runner_that_finds_the_run_of_another_ends_at_its_next_append_and_begins_no_write_after_it()
    {
        using var simulation = new JournaledSimulation();
        var client = simulation.Client();
        var request = simulation.Request();
        var job = JournaledSimulation.Begin(client, request);
        simulation.UntilJournaled(client, job, 0.25);
        var other = simulation.OtherRun(request, 2);
        simulation.AppendAsOther(other);
        simulation.Until(() => client.Progress(job).HoldReason is not null);
        var begun = simulation.WritesBegun;

        var completed = client.Completion(job);

        client.AssertIdle();
        Assert.Equal(CopyOutcome.Failed, completed.Outcome);
        var failure = Assert.Single(completed.Details);
        Assert.Equal(
            (CopyFailureKind.Superseded, "The job was given up: process 7 on elsewhere runs it."),
            (failure.Kind, failure.Reason));
        Assert.InRange(simulation.WritesBegun, begun, begun + Pages.InFlight);
        Assert.InRange(simulation.WritesBegun, 1, JournaledSimulation.Segments - 1);
        Assert.Equal(other.Run, Assert.IsType<JobEvent.RunStarted>(simulation.Events[^1]).Run);
    }

    [Fact]
    public void Job_ends_wherever_another_takes_its_place_and_leaves_the_stream_to_it()
    {
        var wasLast = false;
        for (var events = 3; !wasLast; events++)
        {
            using var simulation = new JournaledSimulation(events);
            var client = simulation.Client();
            var request = simulation.Request();
            var job = JournaledSimulation.Begin(client, request);
            simulation.Simulation.Loop.Run(() => simulation.Stream.Appended >= events || client.CompletedCount > 0);
            wasLast = simulation.Record.Standing == JobStanding.Completed;
            var other = simulation.OtherRun(request, 2);
            simulation.AppendAsOther(other);

            var completed = client.Completion(job);

            client.AssertIdle();
            Assert.Equal(other.Run, Assert.IsType<JobEvent.RunStarted>(simulation.Events[^1]).Run);
            var isWhole = completed.Outcome == CopyOutcome.Completed;
            Assert.True(isWhole || completed.Details[^1].Kind == CopyFailureKind.Superseded, $"{completed}");
            Assert.True(!isWhole || simulation.Record.FlushedBytes()[0] == JournaledSimulation.Length);
        }
    }

    [Fact]
    public void Runner_whose_claims_another_withdrew_ends_and_claims_nothing_more()
    {
        using var simulation = new JournaledSimulation();
        var client = simulation.Client();
        var request = simulation.Request();
        var job = JournaledSimulation.Begin(client, request);
        simulation.UntilJournaled(client, job, 0.25);
        var sectors = request.Targets[0].Range.Count;
        simulation.AppendAsOther(new JobEvent.Withdrawn(
            [FlushedRanges.Whole(TargetMask.Of(0), sectors)], simulation.Simulation.System.Scheduler.Now));

        var completed = client.Completion(job);

        client.AssertIdle();
        var failure = Assert.Single(completed.Details);
        Assert.Equal(
            (CopyFailureKind.Superseded, "The job was given up: what it did was withdrawn."),
            (failure.Kind, failure.Reason));
        Assert.Empty(simulation.Record.FlushedOn(0));

        var next = simulation.Client();
        AssertGood(next.Completion(JournaledSimulation.Begin(next, simulation.Request())));
        Assert.Equal(JournaledSimulation.Length, simulation.Record.FlushedBytes()[0]);
    }

    [Fact]
    public void Who_takes_over_writes_when_the_lease_of_the_other_is_over()
    {
        using var simulation = new JournaledSimulation();
        var request = simulation.Request();
        var lease = TimeSpan.FromSeconds(60);
        simulation.Leave(request, [SectorRange.Create(0, 8)]);
        simulation.AppendAsOther(simulation.OtherRun(request, 2) with { Lease = lease });
        var client = simulation.Client();
        var began = simulation.Simulation.System.Scheduler.MonotonicClock;
        JournaledSimulation.Begin(client, request);

        simulation.Until(() => simulation.WritesBegun > 0);

        var waited = simulation.Simulation.System.Scheduler.MonotonicClock - began;
        Assert.InRange(waited, lease, lease + TimeSpan.FromSeconds(1));
        simulation.Until(() => client.CompletedCount > 0);
    }

    [Fact]
    public void Block_that_another_records_meanwhile_does_not_stand_for_the_end_of_the_run()
    {
        for (var events = 2; ; events++)
        {
            using var simulation = new JournaledSimulation(events);
            var client = simulation.Client();
            var job = JournaledSimulation.Begin(client, simulation.Request());
            simulation.Simulation.Loop.Run(() => simulation.Stream.Appended >= events || client.CompletedCount > 0);
            if (simulation.Record.IsOver)
            {
                return;
            }

            var now = simulation.Simulation.System.Scheduler.Now;
            simulation.AppendAsOther(new JobEvent.RunEnded(1, JobStanding.Blocked, "So.", now));
            AssertGood(client.Completion(job));
            Assert.Equal(JobStanding.Completed, simulation.Record.Standing);
        }
    }

    [Fact]
    public void Of_two_that_begin_at_once_exactly_one_writes_at_a_time_and_one_completes()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            using var simulation = new JournaledSimulation(seed);
            var (first, second) = (simulation.Client(), simulation.Client());
            first.Tell(new ClientMessage.Copy(Request(simulation, "first")));
            simulation.Simulation.Loop.Advance(TimeSpan.FromMilliseconds(seed * 10));
            second.Tell(new ClientMessage.Copy(Request(simulation, "second")));
            simulation.Until(() => first.CompletedCount + second.CompletedCount == 2);

            CopyCompleted[] completed = [first.Completions.Single(), second.Completions.Single()];
            Assert.Contains(completed, one => one.Outcome == CopyOutcome.Completed);
            AssertCopied(simulation.Target);
            Assert.Equal(JobStanding.Completed, simulation.Record.Standing);
            var writers = simulation.Log.Entries.Where(entry => entry.Request.Operation == DeviceOperation.Write)
                .Select(entry => entry.Device).ToList();
            var changes = writers.Zip(writers.Skip(1)).Count(pair => pair.First != pair.Second);
            Assert.True(changes <= 1, $"seed {seed}: the writer changed {changes} times");
        }
    }

    private static CopyRequest Request(JournaledSimulation simulation, string name) => JournaledSimulation.Request(
        Pages, simulation.On(simulation.Source, "source"), simulation.On(simulation.Target, name));
}
