using System.CommandLine;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd resume [JOB...]</c>.</summary>
internal static class ResumeCommand
{
    internal const string Name = "resume";

    internal static Command Create(ProgramRuns runs)
    {
        var jobs = ProgramArguments.Jobs(
            "The jobs that are to go on. Without one: all that are not over", ArgumentArity.ZeroOrMore);
        var options = new TransferOptions();
        var command = new Command(
            Name,
            "Lets journaled jobs go on where they were, one after the other, with the options that they had, "
            + "but for --rate, --percent and --pages, which are given anew. "
            + "A job is blocked, and nothing is written, when a device is not what its journal recorded.")
        {
            jobs,
        };
        options.AddTo(
            command,
            OptionText.Restart with
            {
                Description = "Begin the named jobs afresh, on the devices as they are; "
                    + "missing files are created and short ones extended",
            },
            OptionText.Trust with
            {
                Description = "Let the named jobs go on although a device is not what was recorded: "
                    + "you know that it holds what was copied to it",
            },
            OptionText.Pages,
            OptionText.Rate,
            OptionText.Percent,
            OptionText.CheckpointInterval,
            OptionText.Progress,
            OptionText.Json with { Description = "Print the result of each job on standard output as a JSON object" },
            OptionText.JournalThatIsThere);
        command.SetAction((parsed, _) => runs.Resume(TransferRequestReader.ReadResume(
            options.Read(parsed, CopyJobKind.Copy, null, []) with { Journaling = options.ReadJournal(parsed) },
            [.. parsed.GetValue(jobs) ?? []])));
        return command;
    }
}
