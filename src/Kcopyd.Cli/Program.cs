using System.CommandLine;
using Kcopyd.Actors.Copying;
using Kcopyd.Cli.Commands;
using Kcopyd.Cli.Execution;
using Kcopyd.Cli.Reporting;
using Kcopyd.Devices;

namespace Kcopyd.Cli;

/// <summary>The program.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var engine = args is [CopyCommand.Name or ZeroCommand.Name or VerifyCommand.Name, _, ..]
            ? EngineStart.Begin()
            : null;
        var root = ProgramCommands.Create(request =>
            new TransferRun(request, new BlockDeviceOpener(), engine ?? EngineStart.Begin()).RunAsync());

        // A path may begin with an at sign: it is no response file.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (UsageErrors.Find(parsed, args) is { } error)
        {
            return Complain(error, ExitCodes.Refused);
        }

        try
        {
            return await parsed
                .InvokeAsync(new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                })
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is RefusedException or DeviceException or CopyRejectedException)
        {
            return Complain(e.Message.TrimEnd('.'), ExitCodes.Refused);
        }
        catch (ReportException e)
        {
            return Complain(e.Message, ExitCodes.EndedWithErrors);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Neither the request nor a device is wrong: an output that is full or closed, or an engine that stopped.
            return Complain(e.Message.TrimEnd('.'), ExitCodes.EndedWithErrors);
        }
    }

    private static int Complain(string sentence, int exitCode)
    {
        try
        {
            Console.Error.WriteLine($"kcopyd: {sentence}");
        }
        catch (IOException)
        {
            // Nobody can be told; the exit code still says it.
        }

        return exitCode;
    }
}
