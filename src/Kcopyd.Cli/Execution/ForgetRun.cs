using System.Collections.Immutable;
using Akka.Actor;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Execution;

/// <summary>A run of forget: removes jobs from a journal. Their devices stay as they are.</summary>
internal sealed class ForgetRun(JournalPlace place, ImmutableArray<string> jobs, Task<ActorSystem> engine)
{
    /// <summary>Forgets them, each that it can.</summary>
    /// <returns>The exit code.</returns>
    internal async Task<int> RunAsync()
    {
        var session = await JournalSession.LookAsync(place, null, engine).ConfigureAwait(false);
        var worst = ExitCodes.Done;
        foreach (var name in jobs.Select(JournalRequestReader.ReadJob).Distinct())
        {
            try
            {
                var job = await session.FindAsync(name, CancellationToken.None).ConfigureAwait(false);
                await session.Journal.ForgetAsync(job.Id, CancellationToken.None).ConfigureAwait(false);
                Speech.Say($"{name} is forgotten.");
            }
            catch (Exception e) when (e is RefusedException or JournalException)
            {
                Speech.Complain(e is JournalException cause ? JournalSentence.Of(cause) : e.Message);
                worst = ExitCodes.Refused;
            }
        }

        return worst;
    }
}
