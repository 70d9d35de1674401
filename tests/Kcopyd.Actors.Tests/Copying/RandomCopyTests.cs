using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Xunit.Abstractions;

namespace Kcopyd.Actors.Tests.Copying;

/// <summary>Random jobs, options, faults and commands in random orders: what is claimed is true, and nothing is left
/// behind.</summary>
public sealed class RandomCopyTests(ITestOutputHelper output) : IDisposable
{
    private readonly CopySimulation _simulation = new();

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void Random_jobs_without_faults_are_all_copied() => SeededRuns.Run(300, seed => Run(seed, 0, false));

    [Fact]
    public void Random_jobs_with_faults_claim_nothing_that_is_not_so()
    {
        var outcomes = new Dictionary<CopyOutcome, int>();
        SeededRuns.Run(1500, seed => Run(seed, 0.5, false).ForEach(
            completed => outcomes[completed.Outcome] = outcomes.GetValueOrDefault(completed.Outcome) + 1));
        output.WriteLine(string.Join(", ", outcomes.Select(outcome => $"{outcome.Key}: {outcome.Value}")));
    }

    [Fact]
    public void Random_jobs_that_are_killed_leave_nothing_behind() => SeededRuns.Run(500, seed => Run(seed, 0.3, true));

    [Fact]
    public void Same_seed_makes_the_same_run() => SeededRuns.Run(50, seed =>
    {
        Run(seed, 0.5, true);
        var first = (_simulation.Loop.TraceHash, _simulation.Loop.Steps, _simulation.Loop.Now);
        Run(seed, 0.5, true);
        Assert.Equal(first, (_simulation.Loop.TraceHash, _simulation.Loop.Steps, _simulation.Loop.Now));
    });

    private List<CopyCompleted> Run(int seed, double faultShare, bool kills)
    {
        _simulation.Reseed(seed);
        var random = new Random(seed);
        var pages = random.Next(1, 7);
        var client = _simulation.Client(RandomClient(random, pages));
        var jobs = Enumerable.Range(0, random.Next(1, 7))
            .Select(_ => new RandomJob(_simulation, random, pages, faultShare)).ToList();
        foreach (var job in jobs)
        {
            job.Id = client.Ask<ClientMessage.CopyAccepted>(new ClientMessage.Copy(
                job.Request with { StartPaused = random.Next(8) == 0 })).Job;
            Steps(random.Next(60));
        }

        for (var i = random.Next(8); i > 0; i--)
        {
            Interfere(client, jobs, random, kills);
            Steps(random.Next(120));
        }

        jobs.ForEach(job => client.Tell(new ClientMessage.ResumeJob(job.Id)));
        AwaitAll(client, jobs);

        // I/O of a job that was killed goes on for a while.
        _simulation.Loop.Advance(TimeSpan.FromSeconds(1));
        client.AssertIdle();
        Assert.Equal(jobs.Count, client.Completions.Count());
        jobs.ForEach(job => job.Check(client.Completion(job.Id)));
        return [.. client.Completions];
    }

    private void AwaitAll(SimulatedClient client, List<RandomJob> jobs)
    {
        try
        {
            _simulation.Loop.Run(() => client.CompletedCount >= jobs.Count, 200_000);
        }
        catch (SimulationException e)
        {
            // Says who hangs, and how.
            var seen = client.Inbox.Count;
            jobs.ForEach(job => client.Tell(new ClientMessage.GetProgress(job.Id)));
            _simulation.Settle();
            var hanging = client.Inbox.Skip(seen).OfType<CopyProgress>().Select(progress =>
                $"{progress} {jobs.Single(job => job.Id == progress.Job).Request.Options}");
            throw new InvalidOperationException($"{e.Message}\n{client.Status}\n{string.Join('\n', hanging)}", e);
        }
    }

    private static KcopydClientOptions RandomClient(Random random, int pages) => new()
    {
        PageBudget = (4 * pages).KiB,
        ActiveJobs = random.Next(1, 5),
        BytesPerSecond = random.Next(5) == 0 ? random.Next(50, 2000).KiB : ByteCount.Zero,
        Percent = random.Next(5) == 0 ? random.Next(101) : 100,
        StallAfter = TimeSpan.FromMilliseconds(random.Next(50, 500)),
    };

    private void Interfere(SimulatedClient client, List<RandomJob> jobs, Random random, bool kills)
    {
        var job = jobs[random.Next(jobs.Count)];
        switch (random.Next(kills ? 6 : 5))
        {
            case 0 or 1:
                client.Tell(new ClientMessage.PauseJob(job.Id));
                break;
            case 2 or 3:
                client.Tell(new ClientMessage.ResumeJob(job.Id));
                break;
            case 4:
                job.IsCancelled = true;
                client.Tell(new ClientMessage.CancelJob(job.Id));
                break;
            default:
                jobs.ForEach(killed => killed.IsKilled = true);
                _simulation.System.ActorSelection(client.Actor.Path + "/$*").Tell(Kill.Instance);
                break;
        }
    }

    private void Steps(int count)
    {
        var end = _simulation.Loop.Steps + count;
        _simulation.Loop.Run(() => _simulation.Loop.Steps >= end || _simulation.Loop.Runnable == 0);
    }
}
