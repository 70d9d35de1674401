using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Reporting;

/// <summary>How a job that is not over goes on, in words. Pure.</summary>
internal static class ResumeText
{
    /// <summary>The sentence with the command; null where nothing is left to do.</summary>
    internal static string? Sentence(string job, JournalPlace place, CopyOutcome outcome) => outcome switch
    {
        CopyOutcome.Cancelled => $"to go on where it was: {Command(job, place)}",
        CopyOutcome.Failed => $"to go on where it was, when the cause is gone: {Command(job, place)}",
        _ => null,
    };

    /// <summary>The command that resumes a job.</summary>
    internal static string Command(string job, JournalPlace place) => place switch
    {
        { Given: null } => $"kcopyd resume {job}",
        { HasSecret: true } => $"kcopyd resume {job} --journal ... (as it was given)",
        _ => $"kcopyd resume {job} --journal {Quoted(place.IsPostgres ? place.Given : place.Target)}",
    };

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '=' or '@')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
