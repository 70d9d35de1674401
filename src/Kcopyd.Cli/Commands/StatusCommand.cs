using System.CommandLine;
using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Commands;

/// <summary><c>kcopyd status [NAME...]</c>.</summary>
internal static class StatusCommand
{
    internal const string Name = "status";

    internal static Command Create(ProgramRuns runs)
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = "The devices. Default: all of them.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var options = new TransferOptions();
        var command = new Command(
            Name,
            "Asks a running kcopyd serve how it is: the status lines of its devices as dmsetup status has them, what "
            + "is wrong, what is under way, and who is connected. Ends with 1 where something is wrong.")
        {
            names,
        };
        options.AddTo(
            command,
            ServeOptionText.ShowTable,
            ServeOptionText.Control,
            OptionText.Json with { Description = "Print everything on standard output as one JSON object" });
        command.SetAction((parsed, _) => runs.Status(new StatusRequest(
            ControlPlace.Here.Socket(options.Value(parsed, ServeOptionText.Control)),
            [.. parsed.GetValue(names) ?? []],
            options.IsGiven(parsed, ServeOptionText.ShowTable),
            options.IsGiven(parsed, OptionText.Json))));
        return command;
    }
}
