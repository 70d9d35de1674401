using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Akka.Actor;
using Kcopyd.Benchmarks.Cases;
using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Processes;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Benchmarks.Settings;

namespace Kcopyd.Benchmarks;

/// <summary>From the command line to the exit code.</summary>
internal static class BenchmarkProgram
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int BadUsage = 2;
    private const int Interrupted = 130;

    private const string Usage = """
        usage: Kcopyd.Benchmarks copy|persist|mirror|snapshot|nbd [CASE...] [OPTION...]

          --runs N          rounds that count; default 7, one more warms up
          --size SIZE       size of a source, in whole MiB; default: what the case is meant for
          --dir DIR         where files in memory go; default /dev/shm
          --disk-dir DIR    where files on disk go; default /var/tmp
          --quick           2 rounds of 64 MiB: shows that it works, not how fast it is
          --gate            a missed bar is a failure
          --json FILE       writes the raw numbers
          --program FILE    measures this published program; default: publishes one first
          --segment SIZE, --in-flight COUNT, --pages SIZE
                            given to every copy of the program but the canonical one
        """;

    /// <summary>Runs what the command line says.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || arguments.Any(word => word is "--help" or "-h"))
        {
            PrintUsage();
            return arguments.Count == 0 ? BadUsage : Done;
        }

        try
        {
            var cases = BenchmarkCases.Of(arguments[0]);
            var names = cases.Select(@case => @case.Name).ToList();
            return await RunAsync(cases, BenchmarkOptionsReader.Read([.. arguments.Skip(1)], names));
        }
        catch (UsageException e)
        {
            Console.Error.WriteLine(e.Message);
            return BadUsage;
        }
    }

    private static async Task<int> RunAsync(ImmutableArray<IBenchmarkCase> cases, BenchmarkOptions options)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var session = new BenchmarkSession(options, stop.Token);
        try
        {
            await RunCasesAsync(session, cases);
        }
        catch (OperationCanceledException)
        {
            session.Say("Interrupted; everything was removed.");
            return Interrupted;
        }

        return Conclude(session);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task RunCasesAsync(BenchmarkSession session, ImmutableArray<IBenchmarkCase> cases)
    {
        foreach (var peer in cases == BenchmarkCases.Copy ? Contenders.Absent : [])
        {
            session.Say($"{peer} is not installed: left out.");
        }

        foreach (var @case in cases)
        {
            if (session.Options.Cases.IsEmpty || session.Options.Cases.Contains(@case.Name))
            {
                session.Say($"{@case.Name}: {@case.Summary} ...");
                await RunCaseAsync(session, @case);
            }
        }
    }

    /// <summary>What a case cannot do, the others may be able to.</summary>
    private static async Task RunCaseAsync(BenchmarkSession session, IBenchmarkCase @case)
    {
        try
        {
            await @case.RunAsync(session);
        }
        catch (Exception e) when (e is ProcessFailedException or IOException or UnauthorizedAccessException
            or AskTimeoutException)
        {
            session.Failures.Add($"{@case.Name}: {e.Message}");
        }
    }

    private static int Conclude(BenchmarkSession session)
    {
        if (session.Options.JsonPath is { } path)
        {
            ReportJson.Write(path, session.Reports, session.Failures);
        }

        var bars = session.Reports.SelectMany(report => report.Bars).Where(bar => bar.IsJudged).ToList();
        var missed = bars.Count(bar => !bar.IsMet);
        Console.WriteLine();
        Console.WriteLine($"{bars.Count - missed} bars met, {missed} missed, {session.Failures.Count} failures");
        foreach (var failure in session.Failures)
        {
            Console.WriteLine($"FAILED: {failure}");
        }

        return session.Failures.Count > 0 || (session.Options.IsGate && missed > 0) ? Failed : Done;
    }

    private static void PrintUsage()
    {
        Console.WriteLine(Usage);
        foreach (var name in BenchmarkCases.Names)
        {
            Console.WriteLine($"\ncases of {name} (default: all):");
            foreach (var @case in BenchmarkCases.Of(name))
            {
                Console.WriteLine($"  {@case.Name,-16}  {@case.Summary}");
            }
        }
    }
}
