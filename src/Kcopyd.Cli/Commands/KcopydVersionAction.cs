using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Kcopyd.Cli.Commands;

/// <summary>Prints <c>kcopyd 0.1.0</c>.</summary>
internal sealed class KcopydVersionAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var version = typeof(KcopydVersionAction).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

        // What follows the plus names the commit it was built from.
        parseResult.InvocationConfiguration.Output.WriteLine($"kcopyd {version.Split('+')[0]}");
        return ExitCodes.Done;
    }
}
