using System.Collections.Immutable;
using System.CommandLine;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd copy SOURCE TARGET [TARGET...]</c>.</summary>
internal static class CopyCommand
{
    internal const string Name = "copy";

    /// <summary>In the order of the help.</summary>
    internal static ImmutableArray<OptionText> Options =>
    [
        OptionText.Sector,
        OptionText.Count,
        OptionText.TargetSector,
        OptionText.Direct,
        OptionText.Pages,
        OptionText.Segment,
        OptionText.InFlight,
        OptionText.Rate,
        OptionText.Percent,
        OptionText.IgnoreError,
        OptionText.Sequential,
        OptionText.OnTargetError,
        OptionText.OnReadError,
        OptionText.Sparse,
        OptionText.Flush,
        OptionText.Verify,
        OptionText.Digest,
        OptionText.Progress,
        OptionText.Json,
        OptionText.Job,
        OptionText.Journal,
        OptionText.CheckpointInterval,
        OptionText.Restart,
        OptionText.Trust,
        OptionText.NoJournal,
    ];

    internal static Command Create(ProgramRuns runs)
    {
        var source = ProgramArguments.Source();
        var targets = ProgramArguments.Targets();
        var options = new TransferOptions();
        var command = new Command(
            Name,
            "Copies a source to one or more targets, reading it once. "
            + "A missing target file is created with the source's size, a shorter one is extended, "
            + "a longer one keeps its length; a block device that is too small is refused.")
        {
            source,
            targets,
        };
        options.AddTo(command, [.. Options]);
        command.SetAction((parsed, _) => runs.Transfer(TransferRequestReader.Read(
            options.Read(parsed, CopyJobKind.Copy, parsed.GetValue(source), [.. parsed.GetValue(targets) ?? []]) with
            {
                Journaling = options.ReadJournal(parsed),
            })));
        return command;
    }
}
