using System.CommandLine;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd jobs</c>.</summary>
internal static class JobsCommand
{
    internal const string Name = "jobs";

    internal static Command Create(ProgramRuns runs)
    {
        var options = new TransferOptions();
        var command = new Command(
            Name,
            "Lists journaled jobs: those that are not over, and the last few that are, with what a resume does not "
            + "copy again. Jobs that are over are forgotten after 30 days, or when there are more than 1,000.");
        options.AddTo(
            command,
            OptionText.All,
            OptionText.JournalThatIsThere,
            OptionText.Json with { Description = "Print the list on standard output as one JSON array" });
        command.SetAction((parsed, _) => runs.Jobs(new JobsRequest(
            JournalPlaceReader.Read(options.ReadJournal(parsed).Journal),
            options.IsGiven(parsed, OptionText.All),
            options.IsGiven(parsed, OptionText.Json))));
        return command;
    }
}
