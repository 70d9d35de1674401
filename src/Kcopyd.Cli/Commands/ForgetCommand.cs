using System.CommandLine;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd forget JOB...</c>.</summary>
internal static class ForgetCommand
{
    internal const string Name = "forget";

    internal static Command Create(ProgramRuns runs)
    {
        var jobs = ProgramArguments.Jobs("The jobs that are to be forgotten.", ArgumentArity.OneOrMore);
        var options = new TransferOptions();
        var command = new Command(
            Name,
            "Removes jobs from the journal. Sources and targets stay as they are. A job that runs is refused.")
        {
            jobs,
        };
        options.AddTo(command, OptionText.JournalThatIsThere);
        command.SetAction((parsed, _) => runs.Forget(
            JournalPlaceReader.Read(options.ReadJournal(parsed).Journal), [.. parsed.GetValue(jobs) ?? []]));
        return command;
    }
}
