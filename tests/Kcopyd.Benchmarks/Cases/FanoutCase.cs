using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>One source to three targets in one run, against three runs of a peer.</summary>
internal sealed class FanoutCase : IBenchmarkCase
{
    private const int Targets = 3;

    /// <summary>One read less for each further target is worth a third; the rest is the second core. Two is the
    /// aim.</summary>
    private const double LeastSpeedUp = 1.7;

    private static readonly ByteCount OwnSize = 2.GiB;

    /// <inheritdoc/>
    public string Name => "fanout";

    /// <inheritdoc/>
    public string Summary => "buffered, one file of 2 GiB in memory to three, against three runs of the peer";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        using var workspace = Workspace.Create(session.Options.MemoryDirectory);
        if (session.CreateFiles(workspace, OwnSize, Targets) is not { } files)
        {
            return Task.CompletedTask;
        }

        var title = $"{files.Size} buffered, one file to {Targets} in memory; peers in {Targets} runs";
        var result = session.Run(new Contest(title, files, session.Contenders.For(files, CopyMode.Buffered)));
        IEnumerable<Bar> bars =
        [
            .. Bars.Time(result, atMost: 1 / LeastSpeedUp).Select(AsSpeedUp),
            .. Bars.Memory(result, Bars.DefaultPageBudget),
        ];
        session.Report(new CaseReport(Name, title)
        {
            Contest = result,
            Bars = [.. bars.Select(bar => bar with { IsJudged = files.Size == OwnSize })],
            Notes = ["MiB/s and CPU count the source once"],
        });
        return Task.CompletedTask;
    }

    private static Bar AsSpeedUp(Bar time) =>
        new($"times faster: {time.Text} inverted", 1 / time.Measured, LeastSpeedUp, IsFloor: true);
}
