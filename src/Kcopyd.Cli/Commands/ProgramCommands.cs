using System.CommandLine;
using System.CommandLine.Help;

namespace Kcopyd.Cli.Commands;

/// <summary>The command line of the program.</summary>
internal static class ProgramCommands
{
    internal static RootCommand Create(ProgramRuns runs)
    {
        var root = new RootCommand(
            "Copies, zeroes, verifies, mirrors, snapshots and serves files and block devices: "
            + "a range of sectors from one source to any number of targets, within a fixed amount of memory. "
            + "A copy is journaled: after a crash or an interruption it goes on where it was.")
        {
            CopyCommand.Create(runs),
            ZeroCommand.Create(runs),
            VerifyCommand.Create(runs),
            JobsCommand.Create(runs),
            ResumeCommand.Create(runs),
            ForgetCommand.Create(runs),
            MirrorCommand.Make(runs),
            SnapshotCommand.Make(runs),
            ServeCommand.Create(runs),
            StatusCommand.Create(runs),
            DemoCommand.Create(runs),
        };
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption { Action: HelpAction help }:
                    option.Action = new KcopydHelpAction(help);
                    break;
                case VersionOption:
                    option.Action = new KcopydVersionAction();
                    break;
            }
        }

        return root;
    }
}
