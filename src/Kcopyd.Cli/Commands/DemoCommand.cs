using System.CommandLine;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd demo</c>.</summary>
internal static class DemoCommand
{
    internal const string Name = "demo";

    internal static Command Create(ProgramRuns runs)
    {
        var command = new Command(
            Name,
            "Copies an image to two targets, kills the copying process halfway, lets the copy go on, and compares. "
            + "On temporary files of 768 MiB in all, in half a minute; touches nothing else.");
        command.SetAction((_, _) => runs.Demo());
        return command;
    }
}
