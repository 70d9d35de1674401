using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Cli.Reporting;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Execution;

/// <summary>Runs a job, and again as long as it goes on by itself.</summary>
/// <param name="command">What lets the job go on later.</param>
internal sealed class ContinuedRuns(string command)
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="run">One run, of which it is said whether it is the first: the exit code, and whether another run
    /// is to follow.</param>
    /// <returns>The exit code. It was begun after the first run, so that it is refused no more.</returns>
    internal async Task<int> RunAsync(Func<bool, Task<(int Code, bool GoesOn)>> run)
    {
        var (code, goesOn) = await run(true).ConfigureAwait(false);
        while (goesOn)
        {
            try
            {
                (code, goesOn) = await run(false).ConfigureAwait(false);
            }
            catch (Exception e) when (SentenceOf(e) is not null)
            {
                Speech.Complain(SentenceOf(e)!.TrimEnd('.'));
                Speech.Complain($"to go on where it was, when the cause is gone: {command}");
                return ExitCodes.EndedWithErrors;
            }

            code = code == ExitCodes.Refused ? ExitCodes.EndedWithErrors : code;
        }

        return code;
    }

    private static string? SentenceOf(Exception refusal) => refusal switch
    {
        DeviceException or RefusedException or CopyRejectedException => refusal.Message,
        JournalException damaged => JournalSentence.Of(damaged),
        _ => null,
    };
}
