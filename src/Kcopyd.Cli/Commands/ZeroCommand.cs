using System.CommandLine;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd zero TARGET [TARGET...]</c>.</summary>
internal static class ZeroCommand
{
    internal const string Name = "zero";

    internal static Command Create(ProgramRuns runs)
    {
        var targets = ProgramArguments.Targets();
        var options = new TransferOptions();
        var command = new Command(
            Name,
            "Writes zeros to one or more targets, by the device's own command where it has one. "
            + "Without --count: to the end of the targets, which then must be equally long. "
            + "With --count a missing file is created and a shorter one is extended.")
        {
            targets,
        };
        options.AddTo(
            command,
            OptionText.TargetSector with { Aliases = ["--sector"] },
            OptionText.Count with { Description = "How many sectors. Default: to the end of the targets" },
            OptionText.Direct,
            OptionText.Pages,
            OptionText.Segment,
            OptionText.InFlight,
            OptionText.Rate with { Description = "Bytes zeroed a second at most; 0 is no limit. Default: 0" },
            OptionText.Percent,
            OptionText.IgnoreError with { Description = "Go on past errors; every error is reported" },
            OptionText.Sequential,
            OptionText.OnTargetError,
            OptionText.Flush,
            OptionText.Verify,
            OptionText.Progress,
            OptionText.Json);
        command.SetAction((parsed, _) => runs.Transfer(TransferRequestReader.Read(
            options.Read(parsed, CopyJobKind.Zero, null, [.. parsed.GetValue(targets) ?? []]))));
        return command;
    }
}
