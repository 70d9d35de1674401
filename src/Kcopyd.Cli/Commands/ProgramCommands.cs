using System.CommandLine;
using System.CommandLine.Help;

namespace Kcopyd.Cli.Commands;

/// <summary>The command line of the program.</summary>
internal static class ProgramCommands
{
    internal static RootCommand Create(RunTransfer run)
    {
        var root = new RootCommand(
            "Copies, zeroes and verifies files and block devices: "
            + "a range of sectors from one source to any number of targets, within a fixed amount of memory.")
        {
            CopyCommand.Create(run),
            ZeroCommand.Create(run),
            VerifyCommand.Create(run),
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
