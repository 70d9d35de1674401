using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Benchmarks.Serving;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>Requests of one client to the program as a server, and to nbdkit's file plugin and qemu-nbd, on the same
/// file in memory.</summary>
/// <param name="name">The word for it.</param>
/// <param name="load">The requests.</param>
/// <param name="nbdkitBar">The least of nbdkit's rate; null: none.</param>
/// <param name="qemuBar">The least of qemu-nbd's.</param>
internal sealed class NbdIoCase(string name, FioLoad load, double? nbdkitBar, double qemuBar) : IBenchmarkCase
{
    private const int Seconds = 3;

    private const int QuickSeconds = 1;

    private static readonly ByteCount OwnSize = 1.GiB;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Summary => $"{load}: the program, nbdkit and qemu-nbd serve a file in memory";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        if (NbdServers.Absent is { } absent)
        {
            session.Say($"{Name}: {absent} is not installed: left out.");
            return Task.CompletedTask;
        }

        using var workspace = Workspace.Create(session.Options.MemoryDirectory);
        if (session.CreateFiles(workspace, OwnSize, targets: 0) is { } files)
        {
            Report(session, files, Measure(session, workspace, files.Source));
        }

        return Task.CompletedTask;
    }

    private List<(double Own, double Nbdkit, double Qemu)> Measure(
        BenchmarkSession session, Workspace workspace, string file)
    {
        var stop = session.CancellationToken;
        var seconds = session.Options.IsQuick ? QuickSeconds : Seconds;
        List<(double Own, double Nbdkit, double Qemu)> rounds = [];
        for (var n = 0; n <= session.Options.Runs; n++)
        {
            var rates = new double[3];
            foreach (var who in Enumerable.Range(n, 3).Select(static turn => turn % 3))
            {
                // One at a time: a file has one writer.
                using var server = who switch
                {
                    0 => NbdServers.StartOwn(session.ProgramPath, file, workspace, stop),
                    1 => NbdServers.StartNbdkit(file, workspace[$"nbdkit{n}.sock"], stop),
                    _ => NbdServers.StartQemu(file, workspace[$"qemu{n}.sock"], stop),
                };
                rates[who] = load.Run(server.Uri, seconds, stop);
            }

            if (n > 0)
            {
                rounds.Add((rates[0], rates[1], rates[2]));
            }
        }

        return rounds;
    }

    private void Report(
        BenchmarkSession session, CopyFiles files, List<(double Own, double Nbdkit, double Qemu)> rounds)
    {
        var ofNbdkit = Median(rounds, static round => round.Own / round.Nbdkit);
        var ofQemu = Median(rounds, static round => round.Own / round.Qemu);
        IEnumerable<Bar> bars = nbdkitBar is { } least
            ? [new Bar("of nbdkit's rate, median of the rounds", ofNbdkit, least, IsFloor: true)]
            : [];
        session.Report(new CaseReport(Name, $"{load}, {files.Size} in memory")
        {
            Figures =
            [
                new Figure("kcopyd serve, median", Median(rounds, static round => round.Own), "1/s"),
                new Figure("nbdkit file, median", Median(rounds, static round => round.Nbdkit), "1/s"),
                new Figure("qemu-nbd, median", Median(rounds, static round => round.Qemu), "1/s"),
                new Figure("of nbdkit's, median of the rounds", ofNbdkit, "1"),
            ],
            Bars =
            [
                .. bars,
                new Bar("of qemu-nbd's rate, median of the rounds", ofQemu, qemuBar, IsFloor: true),
            ],
        });
    }

    private static double Median(
        List<(double Own, double Nbdkit, double Qemu)> rounds,
        Func<(double Own, double Nbdkit, double Qemu), double> rate) => Statistics.Median(rounds.Select(rate));
}
