using Kcopyd.Benchmarks.Processes;

namespace Kcopyd.Benchmarks.Contests;

/// <summary>Runs a contest in rounds: in each, every contender once.</summary>
/// <remarks>
/// The first round warms up and does not count. Who goes first moves on by one each round, so that nobody is always
/// first. Before a run its targets are spoiled; after it every byte is compared. A contender that fails, or whose bytes
/// differ, is out.
/// </remarks>
internal sealed class ContestRunner(int runs, CancellationToken cancellationToken)
{
    /// <summary>Runs it.</summary>
    /// <param name="contest">The contest.</param>
    /// <param name="failures">Receives one sentence for each contender that fell out.</param>
    public ContestResult Run(Contest contest, ICollection<string> failures)
    {
        var samples = contest.Contenders.ToDictionary(contender => contender, _ => new List<ProcessUsage>());
        var running = contest.Contenders.ToList();
        for (var round = 0; round <= runs; round++)
        {
            foreach (var contender in Rotated(running, round))
            {
                if (TryRun(contest, contender, round, failures) is not { } usage)
                {
                    running.Remove(contender);
                }
                else if (round > 0)
                {
                    samples[contender].Add(usage);
                }
            }
        }

        return new ContestResult(
            contest.Title,
            contest.Files.Size,
            [.. running.Select(contender => new ContenderResult(contender.Name, [.. samples[contender]]))]);
    }

    private static IEnumerable<Contender> Rotated(List<Contender> contenders, int round)
    {
        var first = contenders.Count == 0 ? 0 : round % contenders.Count;
        return [.. contenders.Skip(first), .. contenders.Take(first)];
    }

    private ProcessUsage? TryRun(Contest contest, Contender contender, int round, ICollection<string> failures)
    {
        contest.Files.Prepare(round);
        try
        {
            var usage = contender.Commands
                .Select(command => ProcessRunner.Run(command, cancellationToken))
                .Aggregate((sum, next) => sum.Then(next));
            if (contest.Files.FindDifference() is not { } difference)
            {
                return usage;
            }

            failures.Add($"{contest.Title}: after {contender.Name}, {difference}.");
        }
        catch (ProcessFailedException e)
        {
            failures.Add($"{contest.Title}: {e.Message}");
        }

        return null;
    }
}
