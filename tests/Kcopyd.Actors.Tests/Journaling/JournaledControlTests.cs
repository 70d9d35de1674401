using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Tests.Copying;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Copying.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>Pause, cancel, death and resume of journaled jobs, and what they say of themselves meanwhile.</summary>
public sealed class JournaledControlTests : IDisposable
{
    private readonly JournaledSimulation _simulation = new();

    public void Dispose() => _simulation.Dispose();

    public static TheoryData<string> Ways => ["plain", "sparse", "in sequence", "verify", "digest"];

    [Fact]
    public void Paused_job_journals_what_it_wrote_and_rests_as_long_as_it_is_told_to()
    {
        var client = _simulation.Client();
        var job = JournaledSimulation.Begin(client, _simulation.Request());
        _simulation.UntilJournaled(client, job, 0.25);
        client.Ask<ClientMessage.JobPaused>(new ClientMessage.PauseJob(job));
        _simulation.Simulation.Loop.Advance(TimeSpan.FromHours(1));

        var progress = client.Progress(job);
        Assert.Equal((CopyJobStatus.Paused, null), (progress.Status, progress.HoldReason));
        var target = progress.Targets[0];
        Assert.Equal((target.Written, target.Written), (target.Flushed, target.Journaled));
        var appended = _simulation.Stream.Appended;
        _simulation.Simulation.Loop.Advance(TimeSpan.FromHours(1));
        Assert.Equal(appended, _simulation.Stream.Appended);

        client.Tell(new ClientMessage.ResumeJob(job));
        AssertGood(client.Completion(job));
        AssertCopied(_simulation.Target);
    }

    [Fact]
    public void Job_that_was_taken_over_while_it_was_paused_finds_out_before_it_writes()
    {
        var client = _simulation.Client();
        var request = _simulation.Request();
        var job = JournaledSimulation.Begin(client, request);
        _simulation.UntilJournaled(client, job, 0.25);
        client.Ask<ClientMessage.JobPaused>(new ClientMessage.PauseJob(job));
        _simulation.Simulation.Loop.Advance(TimeSpan.FromHours(1));
        _simulation.AppendAsOther(_simulation.OtherRun(request, 2));
        var begun = _simulation.WritesBegun;

        client.Tell(new ClientMessage.ResumeJob(job));

        Assert.Equal(CopyFailureKind.Superseded, Assert.Single(client.Completion(job).Details).Kind);
        Assert.Equal(begun, _simulation.WritesBegun);
    }

    [Fact]
    public void Paused_job_that_is_cancelled_is_left_to_be_resumed()
    {
        var client = _simulation.Client();
        var job = JournaledSimulation.Begin(client, _simulation.Request());
        _simulation.UntilJournaled(client, job, 0.25);
        client.Ask<ClientMessage.JobPaused>(new ClientMessage.PauseJob(job));
        client.Tell(new ClientMessage.CancelJob(job));
        var cancelled = client.Completion(job);

        Assert.Equal(
            (CopyOutcome.Cancelled, JobStanding.Interrupted), (cancelled.Outcome, _simulation.Record.Standing));
        Assert.Equal(cancelled.Targets[0].BytesWritten, _simulation.Record.FlushedBytes()[0]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Job_that_was_cancelled_and_killed_is_resumed_twice_and_nothing_kept_is_written_again(string way)
    {
        var request = Way(way);
        var first = _simulation.Client();
        var job = JournaledSimulation.Begin(first, request);
        _simulation.UntilJournaled(first, job, 0.2);
        first.Tell(new ClientMessage.CancelJob(job));
        var cancelled = first.Completion(job);
        Assert.Equal(_simulation.Record.FlushedBytes()[0], cancelled.Targets[0].BytesWritten);

        var second = _simulation.Client();
        job = JournaledSimulation.Begin(second, request);
        _simulation.UntilJournaled(second, job, 0.6);
        _simulation.Kill(second);

        _simulation.Log.Clear();
        var missing = JobModel.Sectors(_simulation.Record.ToResume().Missing.Select(run => run.Range)).ToList();
        Assert.InRange(missing.Count, 1, JournaledSimulation.Length / Sectors.Size * 4 / 10);
        var completed = _simulation.Client().Run(request);
        AssertGood(completed);
        Assert.Equal(Bytes(_simulation.Source), Bytes(_simulation.Target));
        var written = _simulation.Sectors("target", DeviceOperation.Write)
            .Concat(_simulation.Sectors("target", DeviceOperation.WriteZeroes)).Order();
        Assert.Equal(missing, written);
        Assert.Equal(missing.Count * Sectors.Size, completed.Targets[0].BytesWritten);
        Assert.Empty(completed.Digest);
    }

    [Fact]
    public void Digest_of_a_journaled_job_in_one_run_is_there() =>
        Assert.Equal(32, _simulation.Client().Run(Way("digest")).Digest.Length);

    [Fact]
    public void Job_that_was_killed_while_it_compared_compares_again_and_writes_nothing()
    {
        var client = _simulation.Client();
        var job = JournaledSimulation.Begin(client, Way("verify"));
        _simulation.Until(() => client.Progress(job) is { Status: CopyJobStatus.Verifying, Fraction: > 0.7 });
        _simulation.Kill(client);
        _simulation.Log.Clear();

        var completed = _simulation.Client().Run(Way("verify"));

        AssertGood(completed);
        var target = completed.Targets[0];
        Assert.Equal((0, JournaledSimulation.Length), (target.BytesWritten, target.BytesKept));
        Assert.Empty(_simulation.Sectors("target", DeviceOperation.Write));
        Assert.Equal(
            JournaledSimulation.Length / Sectors.Size, _simulation.Sectors("target", DeviceOperation.Read).Count);
    }

    [Fact]
    public void Cancel_before_the_journal_is_read_ends_the_job_and_no_device_is_touched()
    {
        for (var steps = 0; steps < 40; steps++)
        {
            var client = _simulation.Client();
            var job = JournaledSimulation.Begin(client, _simulation.Request());
            var end = _simulation.Simulation.Loop.Steps + steps;
            _simulation.Simulation.Loop.Run(
                () => _simulation.Simulation.Loop.Steps >= end || _simulation.Simulation.Loop.Runnable == 0);
            client.Tell(new ClientMessage.CancelJob(job));
            Assert.Equal(CopyOutcome.Cancelled, client.Completion(job).Outcome);
            client.AssertIdle();
            _simulation.Kill(client);
        }

        AssertGood(_simulation.Client().Run(_simulation.Request()));
        AssertCopied(_simulation.Target);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Positions_stand_in_their_order_and_never_go_back(string way)
    {
        var request = Way(way);
        var first = _simulation.Client();
        var job = JournaledSimulation.Begin(first, request);
        Watch(first, job, way, progress => progress.Targets[0].Journaled.Value > JournaledSimulation.Length / 3);
        _simulation.Kill(first);
        var second = _simulation.Client();
        job = JournaledSimulation.Begin(second, request);
        Watch(second, job, way, _ => false);
        AssertGood(second.Completion(job));
    }

    private void Watch(SimulatedClient client, CopyJobId job, string way, Func<CopyProgress, bool> isEnough)
    {
        var before = client.Progress(job);
        var seen = 0;
        while (client.CompletedCount == 0 && !isEnough(before))
        {
            var end = _simulation.Simulation.Loop.Steps + 7;
            _simulation.Simulation.Loop.Run(
                () => client.CompletedCount > 0 || _simulation.Simulation.Loop.Steps >= end);
            client.Tell(new ClientMessage.GetProgress(job));
            var now = client.Inbox.OfType<CopyProgress>().Last();
            AssertPositions(before, now, way);
            before = now;
            seen++;
        }

        Assert.True(seen > 20, $"{seen} answers");
    }

    private static void AssertPositions(CopyProgress before, CopyProgress now, string way)
    {
        var (old, target) = (before.Targets[0], now.Targets[0]);
        Assert.True(way == "sparse" || now.Read.Value >= (target.Written - target.Kept).Value, $"{now}");
        Assert.True(target.Written >= target.Flushed && target.Flushed >= target.Journaled, $"{target}");
        Assert.True(target.Written >= old.Written && target.Flushed >= old.Flushed, $"{old}, then {target}");
        Assert.True(target.Journaled >= old.Journaled && now.Done >= before.Done, $"{before}, then {now}");
        Assert.InRange(now.Fraction, 0, 1);
    }

    private CopyRequest Way(string way)
    {
        if (way == "sparse")
        {
            _simulation.Source.Write(0, new byte[JournaledSimulation.Length / 2], WriteDurability.Cached);
        }

        var options = way switch
        {
            "sparse" => Pages with { Sparse = true },
            "in sequence" => Pages with { WriteSequential = true },
            "verify" => Pages with { Verify = true },
            "digest" => Pages with { Digest = true },
            _ => Pages,
        };
        return _simulation.Request() with { Options = options };
    }
}
