using System.CommandLine;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd mirror create|sync|status|check</c>.</summary>
internal static class MirrorCommand
{
    internal const string Name = "mirror";
    internal const string Create = "create";
    internal const string Sync = "sync";
    internal const string Status = "status";
    internal const string Check = "check";

    /// <summary>Its commands, as a sentence lists them.</summary>
    internal const string Commands = "create, sync, status or check";

    internal static Command Make(ProgramRuns runs) => new(
        Name,
        "Mirrors of 2 to 9 files or block devices, from a table line of device-mapper: "
        + "what dm-mirror makes, this program can bring in sync and compare, and the other way round.")
    {
        MakeCreate(runs.Mirrors),
        MakeSync(runs.Mirrors),
        MakeStatus(runs.Mirrors),
        MakeCheck(runs.Mirrors),
    };

    private static Command MakeCreate(MirrorRuns runs)
    {
        var options = new MirrorCommandOptions(
            new Command(
                Create,
                "Makes the log of a mirror: everything out of sync, or all of it in sync where the table says nosync. "
                + "Copies nothing. A missing log file is created."),
            OptionText.Table,
            OptionText.Size,
            OptionText.Force,
            OptionText.Json);
        return options.Run(runs.Create);
    }

    private static Command MakeSync(MirrorRuns runs)
    {
        var options = new MirrorCommandOptions(
            new Command(
                Sync,
                "Copies what the log does not call clean from the first leg to the others, and leaves a clean log. "
                + "Interrupted or killed, the same command goes on from the log. "
                + "With a core log, or sync in the table, everything is copied."),
            OptionText.Table,
            OptionText.Rate with { Description = "Bytes of the first leg a second at most; 0 is no limit. Default: 0" },
            OptionText.Recoveries,
            OptionText.Progress,
            OptionText.Json);
        return options.Run(runs.Sync);
    }

    private static Command MakeStatus(MirrorRuns runs)
    {
        var options = new MirrorCommandOptions(
            new Command(
                Status,
                "Prints dm-mirror's status line of the mirror as its log has it. Nothing is written. "
                + "A leg that cannot be read or is too small has the letter D."),
            OptionText.Table,
            OptionText.ShowTable,
            OptionText.Json);
        return options.Run(runs.Status);
    }

    private static Command MakeCheck(MirrorRuns runs)
    {
        var options = new MirrorCommandOptions(
            new Command(
                Check,
                "Compares the legs past the page cache, region by region, where the log calls them clean. "
                + "Nothing is written. With a core log everything is compared."),
            OptionText.Table,
            OptionText.Rate with { Description = "Bytes of the first leg a second at most; 0 is no limit. Default: 0" },
            OptionText.Progress,
            OptionText.Json);
        return options.Run(runs.Check);
    }
}
