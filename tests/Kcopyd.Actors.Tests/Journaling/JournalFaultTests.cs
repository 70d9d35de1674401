using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core.Copying;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>What a job does when its journal does not do its part.</summary>
public sealed class JournalFaultTests : IDisposable
{
    private readonly JournaledSimulation _simulation = new();

    public void Dispose() => _simulation.Dispose();

    [Theory]
    [InlineData("read-only", "the journal could not be written: attempt to write a readonly database")]
    [InlineData("no replay", "the journal could not be read: injected fault: no replay")]
    [InlineData("rejected", "the journal could not be written: injected fault: Rejected")]
    [InlineData("corrupt", "the journal could not be read: ")]
    public void Journal_that_cannot_be_used_at_the_start_blocks_the_job_and_no_device_is_touched(
        string fault, string sentence)
    {
        var request = _simulation.Request();
        switch (fault)
        {
            case "read-only":
                _simulation.Store.IsReadOnly = true;
                break;
            case "no replay":
                _simulation.Store.FailReplays(1);
                break;
            case "rejected":
                _simulation.Store.FailAppend(1, JournalFault.Rejected);
                break;
            default:
                _simulation.Leave(request, []);
                _simulation.Store.Corrupt(_simulation.StreamName, 3);
                break;
        }

        var completed = _simulation.Client().Run(request);

        Assert.Equal(CopyOutcome.Blocked, completed.Outcome);
        var failure = Assert.Single(completed.Details);
        Assert.Equal(CopyFailureKind.Journal, failure.Kind);
        Assert.StartsWith(sentence, failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Reason);
        Assert.Empty(_simulation.Log.Entries);
    }

    [Fact]
    public void Writing_stops_when_the_lease_is_over_and_goes_on_when_the_journal_answers_again()
    {
        _simulation.Latency = TimeSpan.FromSeconds(1);
        var client = _simulation.Client();
        var job = JournaledSimulation.Begin(client, _simulation.Request());
        _simulation.Until(() => _simulation.Events.OfType<JobEvent.Checkpoint>().Any());
        var last = _simulation.Simulation.Loop.Now;
        _simulation.Store.FailAppend(1, JournalFault.Silent);

        _simulation.Until(() => client.Progress(job).HoldReason is not null);

        var late = _simulation.Simulation.Loop.Now - last;
        Assert.InRange(late, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(5.5));
        Assert.StartsWith("the journal has not answered for 5 s", client.Progress(job).HoldReason);
        Assert.Equal(CopyJobStatus.Paused, client.Progress(job).Status);
        var begun = _simulation.WritesBegun;
        _simulation.Simulation.Loop.Advance(TimeSpan.FromSeconds(20));
        Assert.InRange(_simulation.WritesBegun, begun, begun + Pages.InFlight);
        Assert.InRange(_simulation.WritesBegun, 1, JournaledSimulation.Segments - 1);

        AssertGood(client.Completion(job));
        AssertCopied(_simulation.Target);
        Assert.Equal(JobStanding.Completed, _simulation.Record.Standing);
    }

    [Fact]
    public void Journal_that_is_lost_pauses_the_job_until_it_is_back()
    {
        var client = _simulation.Client();
        var job = LoseJournal(client);
        var begun = _simulation.WritesBegun;
        _simulation.Simulation.Loop.Advance(TimeSpan.FromMinutes(5));

        var progress = client.Progress(job);
        Assert.Equal(
            (CopyJobStatus.Paused, "the journal could not be written: attempt to write a readonly database"),
            (progress.Status, progress.HoldReason));
        Assert.InRange(_simulation.WritesBegun, begun, begun + Pages.InFlight);

        _simulation.Store.IsReadOnly = false;
        AssertGood(client.Completion(job));
        AssertCopied(_simulation.Target);
    }

    [Fact]
    public void Job_without_its_journal_can_be_cancelled_and_is_resumed_later()
    {
        var client = _simulation.Client();
        var job = LoseJournal(client);
        client.Tell(new ClientMessage.CancelJob(job));
        var cancelled = client.Completion(job);
        Assert.Equal(CopyOutcome.Cancelled, cancelled.Outcome);
        client.AssertIdle();

        _simulation.Store.IsReadOnly = false;
        var kept = _simulation.Record.FlushedBytes()[0];
        var completed = _simulation.Client().Run(_simulation.Request());
        AssertGood(completed);
        AssertCopied(_simulation.Target);
        Assert.Equal((kept, true), (completed.Targets[0].BytesKept, kept > 0));
    }

    [Fact]
    public void Client_is_disposed_in_time_though_the_journal_does_not_answer_and_a_flush_hangs()
    {
        var gated = CopySimulation.Gated(Target(JournaledSimulation.Length), Kcopyd.Devices.DeviceOperation.Flush);
        var client = _simulation.Client();
        var request = JournaledSimulation.Request(Pages, _simulation.On(_simulation.Source, "source"), gated);
        JournaledSimulation.Begin(client, request);
        _simulation.Until(() => !gated.Waiting.IsEmpty);
        _simulation.Store.FailAppend(1, JournalFault.Silent);

        client.Tell(new ClientWork.Shutdown());
        _simulation.Until(() => client.Link.Closed.IsCompleted);

        Assert.InRange(_simulation.Simulation.Loop.Now, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Empty(_simulation.Events.OfType<JobEvent.Checkpoint>());
    }

    [Theory]
    [InlineData(JournalFault.Failed)]
    [InlineData(JournalFault.StoredButFailed)]
    [InlineData(JournalFault.Silent)]
    [InlineData(JournalFault.StoredButSilent)]
    [InlineData(JournalFault.Rejected)]
    public void Any_append_may_go_wrong_once_and_the_job_is_whole(JournalFault fault)
    {
        for (var number = 2; ; number++)
        {
            using var simulation = new JournaledSimulation(number);
            simulation.Store.FailAppend(number, fault);
            var client = simulation.Client();
            var completed = client.Run(simulation.Request());
            AssertGood(completed);
            AssertCopied(simulation.Target);
            Assert.Equal(JobStanding.Completed, simulation.Record.Standing);
            Assert.Equal([SectorsOf(simulation)], [simulation.Record.FlushedOn(0).SectorCount]);
            var numbers = simulation.Events.OfType<JobEvent.Checkpoint>().Select(checkpoint => checkpoint.Number);
            Assert.Equal(numbers.Distinct(), numbers);
            if (simulation.Stream.Appended < number)
            {
                Assert.InRange(number, 5, 100);
                return;
            }
        }
    }

    private static long SectorsOf(JournaledSimulation simulation) => simulation.Source.Geometry.LengthBytes / 512;

    private CopyJobId LoseJournal(SimulatedClient client)
    {
        var job = JournaledSimulation.Begin(client, _simulation.Request());
        _simulation.UntilJournaled(client, job, 0.25);
        _simulation.Store.IsReadOnly = true;
        _simulation.Until(() => client.Progress(job).HoldReason is not null);
        return job;
    }
}
