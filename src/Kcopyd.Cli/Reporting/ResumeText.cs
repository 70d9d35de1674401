using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>How a job that is not over goes on, in words. Pure.</summary>
internal static class ResumeText
{
    /// <summary>The sentence with the command; null where nothing is left to do.</summary>
    internal static string? Sentence(CopyCompleted completed, JournalPlace place)
    {
        var command = Command(completed.Job.Value, place);
        return completed.Outcome switch
        {
            CopyOutcome.Cancelled => $"to go on where it was: {command}",
            CopyOutcome.Failed when IsOfDifferences(completed) => $"to copy what differs again: {command}",
            CopyOutcome.Failed => $"to go on where it was, when the cause is gone: {command}",
            _ => null,
        };
    }

    /// <summary>The command that resumes a job.</summary>
    internal static string Command(string job, JournalPlace place) => place switch
    {
        { Given: null } => $"kcopyd resume {job}",
        { MayHaveSecret: true } =>
            $"kcopyd resume {job} --journal ... (as it was given; where others look on, ${JournalPlaceReader.Variable} "
            + "does the same)",
        _ => $"kcopyd resume {job} --journal {Quoted(place.IsPostgres ? place.Given : place.Target)}",
    };

    private static bool IsOfDifferences(CopyCompleted completed) =>
        !completed.Details.IsEmpty && completed.Details.All(failure => failure.Kind == CopyFailureKind.Mismatch);

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '=' or '@')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
