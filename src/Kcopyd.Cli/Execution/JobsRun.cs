using Akka.Actor;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Execution;

/// <summary>A run of jobs: lists what a journal knows.</summary>
internal sealed class JobsRun(JobsRequest request, Task<ActorSystem> engine)
{
    /// <summary>Jobs that are over and listed all the same: what was just done is looked for most.</summary>
    private const int EndedListed = 5;

    /// <summary>Prints the list.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    internal async Task<int> RunAsync()
    {
        var session = await JournalSession.LookAsync(request.Place, null, engine).ConfigureAwait(false);
        var all = await session.Journal.ListAsync(CancellationToken.None).ConfigureAwait(false);
        var listed = Choose(all);
        if (request.Json)
        {
            Speech.Say(JobReport.Serialize(listed));
        }
        else
        {
            JobTable.Print(listed, all.Count - listed.Count);
        }

        await session.PruneAsync().ConfigureAwait(false);
        return ExitCodes.Done;
    }

    private IReadOnlyList<JobSummary> Choose(IReadOnlyList<JobSummary> all)
    {
        var ended = all.Where(job => job.IsOver).OrderByDescending(job => job.UpdatedAt);
        var shown = request.All ? ended : ended.Take(EndedListed);
        return [.. all.Where(job => !job.IsOver).Concat(shown).OrderBy(job => job.UpdatedAt)];
    }
}
