using System.Collections.Immutable;
using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>File to file in memory: the medium costs nothing but bandwidth, so what is left is the program.</summary>
internal sealed class TmpfsCase : IBenchmarkCase
{
    /// <summary>Sizes with the most time, of the fastest peer's, that the program may take. The start of the runtime
    /// is a larger part of the smaller.</summary>
    private static readonly ImmutableArray<(ByteCount Size, double TimeRatio)> Sizes = [(4.GiB, 1.0), (2.GiB, 1.1)];

    /// <inheritdoc/>
    public string Name => "tmpfs";

    /// <inheritdoc/>
    public string Summary => "buffered, file to file in memory, 4 GiB and 2 GiB";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        var done = new HashSet<ByteCount>();
        foreach (var (own, timeRatio) in Sizes)
        {
            using var workspace = Workspace.Create(session.Options.MemoryDirectory);
            if (done.Add(session.Options.SizeOr(own)) && session.CreateFiles(workspace, own, targets: 1) is { } files)
            {
                Run(session, files, timeRatio, isJudged: files.Size == own);
            }
        }

        return Task.CompletedTask;
    }

    private void Run(BenchmarkSession session, CopyFiles files, double timeRatio, bool isJudged)
    {
        var title = $"{files.Size} buffered, file to file in memory";
        var result = session.Run(new Contest(title, files, session.Contenders.For(files, CopyMode.Buffered)));
        IEnumerable<Bar> bars =
        [
            .. Bars.Time(result, timeRatio),
            .. Bars.BufferedCpu(result),
            .. Bars.Memory(result, Bars.DefaultPageBudget),
        ];
        session.Report(new CaseReport(Name, title)
        {
            Contest = result,
            Bars = [.. bars.Select(bar => bar with { IsJudged = isJudged })],
        });
    }
}
