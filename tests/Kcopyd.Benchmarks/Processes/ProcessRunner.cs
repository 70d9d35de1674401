using System.Diagnostics;

namespace Kcopyd.Benchmarks.Processes;

/// <summary>Runs programs one at a time and measures each.</summary>
/// <remarks>One at a time is what makes the difference of two readings of <see cref="ChildTimes"/> the cost of one
/// run.</remarks>
internal static class ProcessRunner
{
    /// <summary>Seldom enough to cost well under one per cent of a core, often enough for runs of 20 ms.</summary>
    private const int SampleMilliseconds = 4;

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="ProcessFailedException">It cannot be started, or ended with another code than 0.</exception>
    /// <exception cref="OperationCanceledException">Stopped; so is the program.</exception>
    public static ProcessUsage Run(Command command, CancellationToken cancellationToken) =>
        Run(command, out _, cancellationToken);

    /// <summary>Runs a program to its end and keeps what it printed.</summary>
    public static ProcessUsage Run(Command command, out string output, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var cpuBefore = ChildTimes.Read();
        var startedAt = Stopwatch.GetTimestamp();
        using var process = Start(start, command);
        var printed = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var complained = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var peak = new ResidentPeak(process.Id);
        using (cancellationToken.Register(static state => ((Process)state!).Kill(), process))
        {
            do
            {
                peak.Update();
            }
            while (!process.WaitForExit(SampleMilliseconds));
        }

        var elapsed = Stopwatch.GetElapsedTime(startedAt);
        var cpu = ChildTimes.Read() - cpuBefore;
        cancellationToken.ThrowIfCancellationRequested();
        output = printed.GetAwaiter().GetResult();
        var error = complained.GetAwaiter().GetResult();
        return process.ExitCode == 0
            ? new ProcessUsage(elapsed, cpu, peak.Bytes)
            : throw new ProcessFailedException(
                $"'{command}' ended with {process.ExitCode}: {(error.Length > 0 ? error : output).Trim()}");
    }

    private static Process Start(ProcessStartInfo start, Command command)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ProcessFailedException($"'{command}' cannot be started: {e.Message}");
        }
    }
}
