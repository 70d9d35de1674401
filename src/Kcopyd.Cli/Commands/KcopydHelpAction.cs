using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Kcopyd.Cli.Commands;

/// <summary>The usual help, and below it units, examples and exit codes.</summary>
internal sealed class KcopydHelpAction(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.Write(HelpSections.For(parseResult.CommandResult.Command.Name));
        return result;
    }
}
