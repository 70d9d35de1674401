using System.CommandLine;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Requests;
using Kcopyd.Core.Copying;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd snapshot create|status|read|export|merge</c>.</summary>
internal static class SnapshotCommand
{
    internal const string Name = "snapshot";
    internal const string Create = "create";
    internal const string Status = "status";
    internal const string Read = "read";
    internal const string Export = "export";
    internal const string Merge = "merge";

    /// <summary>Its commands, as a sentence lists them.</summary>
    internal const string Commands = "create, status, read, export or merge";

    internal static Command Make(ProgramRuns runs) => new(
        Name,
        "Snapshots of files or block devices, from a table line of device-mapper: stores that dm-snapshot makes, this "
        + "program shows, copies and merges, and the other way round. Nobody else writes the origin meanwhile.")
    {
        MakeCreate(runs.Snapshots),
        MakeStatus(runs.Snapshots),
        MakeRead(runs.Snapshots),
        MakeExport(runs),
        MakeMerge(runs.Snapshots),
    };

    private static Command MakeCreate(SnapshotRuns runs)
    {
        var options = new SnapshotCommandOptions(
            new Command(
                Create,
                "Makes the store of a snapshot on its COW device, without exceptions, and prints the table line to "
                + "use. The origin is not written. A chunk size of 0 is 32 sectors, or a block where that is more."),
            SnapshotOptionText.Size,
            SnapshotOptionText.Force,
            OptionText.Json);
        return options.Run(runs.Create);
    }

    private static Command MakeStatus(SnapshotRuns runs)
    {
        var options = new SnapshotCommandOptions(
            new Command(
                Status,
                "Prints dm-snapshot's status line of the store, and what it holds. Nothing is written. "
                + "Ends with 1 where the snapshot is lost, or its origin is missing or too short."),
            SnapshotOptionText.Areas,
            OptionText.ShowTable,
            OptionText.Json);
        return options.Run(runs.Status);
    }

    private static Command MakeRead(SnapshotRuns runs)
    {
        var options = new SnapshotCommandOptions(
            new Command(
                Read,
                "Writes what the snapshot shows to standard output, a file or a pipe, and nothing else. "
                + "Ends with 141 when who reads the pipe goes away, as programs do."),
            OptionText.Sector with { Description = "First sector of the snapshot. Default: 0" },
            OptionText.Count with { Description = "How many sectors. Default: to the end" });
        return options.Run(runs.Read);
    }

    private static Command MakeExport(ProgramRuns runs)
    {
        var targets = ProgramArguments.Targets();
        var options = new TransferOptions();
        var command = new Command(
            Export,
            "Copies what the snapshot shows to one or more targets: kcopyd copy with a snapshot as its source, "
            + "journaled and resumed like any copy. The origin and the COW device are not written.")
        {
            targets,
        };
        options.AddTo(command, [SnapshotOptionText.Table, .. CopyCommand.Options]);
        command.SetAction((parsed, _) =>
        {
            var table = SnapshotOrderReader.ReadTable(
                options.Value(parsed, SnapshotOptionText.Table), TableInput.Standard);
            var text = options.Read(
                parsed, CopyJobKind.Copy, SnapshotScheme.UriOf(table), [.. parsed.GetValue(targets) ?? []]);
            return runs.Transfer(TransferRequestReader.Read(text with { Journaling = options.ReadJournal(parsed) }));
        });
        return command;
    }

    private static Command MakeMerge(SnapshotRuns runs)
    {
        var options = new SnapshotCommandOptions(
            new Command(
                Merge,
                "Copies what the snapshot has of its own back into the origin, which then is what the snapshot shows, "
                + "and leaves a store without exceptions. Interrupted or killed, the same command goes on. Until it "
                + "is over, the origin alone is neither the one nor the other."),
            OptionText.Rate with { Description = "Bytes merged a second at most; 0 is no limit. Default: 0" },
            OptionText.Progress,
            OptionText.Json);
        return options.Run(runs.Merge);
    }
}
