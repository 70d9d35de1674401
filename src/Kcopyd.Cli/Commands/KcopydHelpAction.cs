using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Kcopyd.Cli.Commands;

/// <summary>The usual help, and below it units, examples and exit codes.</summary>
internal sealed class KcopydHelpAction(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.Write(HelpSections.For(FamilyOf(parseResult.CommandResult)));
        return result;
    }

    /// <summary>The first command: those behind it share its help.</summary>
    private static string FamilyOf(CommandResult command) =>
        command.Parent is CommandResult { Command: not RootCommand and var family }
            ? family.Name
            : command.Command.Name;
}
