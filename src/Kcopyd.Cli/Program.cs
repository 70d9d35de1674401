using System.CommandLine;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.Journaling;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Cli.Commands;
using Kcopyd.Cli.Demonstration;
using Kcopyd.Cli.Execution;
using Kcopyd.Cli.Reporting;
using Kcopyd.Cli.Requests;
using Kcopyd.Cli.Serving;
using Kcopyd.Core.Mirrors;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Cli;

/// <summary>The program.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        Prepare(args);
        var begun = NeedsEngine(args) ? EngineStart.Begin() : null;
        Task<ActorSystem> Engine() => begun ??= EngineStart.Begin();
        var root = ProgramCommands.Create(new ProgramRuns(
            request => new TransferRun(request, DeviceOpening.Create(), Engine()).RunAsync(),
            request => new JobsRun(request, Engine()).RunAsync(),
            request => new ResumeRun(request, DeviceOpening.Create(), Engine()).RunAsync(),
            (place, jobs) => new ForgetRun(place, jobs, Engine()).RunAsync(),
            new MirrorRuns(
                order => new MirrorCreateRun(order, DeviceOpening.Create()).RunAsync(),
                order => new MirrorSyncRun(order, DeviceOpening.Create(), Engine()).RunAsync(),
                order => new MirrorStatusRun(order, DeviceOpening.Create()).RunAsync(),
                order => new MirrorCompareRun(order, DeviceOpening.Create(), Engine()).RunAsync()),
            new SnapshotRuns(
                order => new SnapshotCreateRun(order, DeviceOpening.Create()).RunAsync(),
                order => new SnapshotStatusRun(order, DeviceOpening.Create()).RunAsync(),
                order => new SnapshotReadRun(order, DeviceOpening.Create()).RunAsync(),
                order => new SnapshotMergeRun(order, DeviceOpening.Create(), Engine()).RunAsync()),
            request => new ServeRun(request, DeviceOpening.Create(), Engine()).RunAsync(),
            request => new StatusRun(request).RunAsync(),
            () => new DemoRun(Engine()).RunAsync()));

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
        catch (Exception e) when (e is RefusedException or DeviceException or CopyRejectedException
            or MirrorTableException or MirrorLogException or SnapshotTableException or SnapshotStoreException)
        {
            return Complain(e.Message.TrimEnd('.'), ExitCodes.Refused);
        }
        catch (JournalException e)
        {
            return Complain(JournalSentence.Of(e), ExitCodes.Refused);
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

    /// <summary>Has output that is closed left alone, and all but what serves scheduled in batches.</summary>
    private static void Prepare(string[] args)
    {
        if (!InheritedDescriptor.IsOpen(InheritedDescriptor.Output))
        {
            Console.SetOut(ClosedOutput.Instance);
        }

        if (args is not [ServeCommand.Name, ..])
        {
            BatchScheduling.Begin();
        }
    }

    /// <summary>Whether the actor system is wanted for sure: it is built while the command line is read.</summary>
    private static bool NeedsEngine(string[] args) => args switch
    {
        [CopyCommand.Name or ZeroCommand.Name or VerifyCommand.Name, _, ..] => true,
        [JobsCommand.Name or ResumeCommand.Name or ForgetCommand.Name, ..] => true,
        [ServeCommand.Name, _, ..] => true,
        [MirrorCommand.Name, MirrorCommand.Sync or MirrorCommand.Check, _, ..] => true,
        [SnapshotCommand.Name, SnapshotCommand.Export or SnapshotCommand.Merge, _, ..] => true,
        _ => false,
    };

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
