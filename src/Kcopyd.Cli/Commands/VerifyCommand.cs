using System.CommandLine;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd verify SOURCE TARGET [TARGET...]</c>.</summary>
internal static class VerifyCommand
{
    internal const string Name = "verify";

    internal static Command Create(ProgramRuns runs)
    {
        var source = ProgramArguments.Source();
        var targets = ProgramArguments.Targets("compared with it");
        var options = new TransferOptions();
        var command = new Command(
            Name,
            "Compares a source with one or more targets, past the page cache, and writes nothing. "
            + "What a target has beyond the end of the source is not looked at. "
            + "Ends with 1 where they differ, and says where.")
        {
            source,
            targets,
        };
        options.AddTo(
            command,
            OptionText.Sector,
            OptionText.Count,
            OptionText.TargetSector with { Description = "First sector of every target. Default: 0" },
            OptionText.Direct,
            OptionText.Pages,
            OptionText.Segment,
            OptionText.InFlight,
            OptionText.Rate,
            OptionText.Percent,
            OptionText.Progress,
            OptionText.Json);
        command.SetAction((parsed, _) => runs.Transfer(TransferRequestReader.Read(
            options.Read(parsed, CopyJobKind.Verify, parsed.GetValue(source), [.. parsed.GetValue(targets) ?? []]))));
        return command;
    }
}
