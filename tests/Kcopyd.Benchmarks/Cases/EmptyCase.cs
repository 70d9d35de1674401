using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>A copy of nothing: what the program costs before the first byte and after the last.</summary>
internal sealed class EmptyCase : IBenchmarkCase
{
    /// <summary>Below this nobody at a terminal notices.</summary>
    private const double MostSeconds = 0.3;

    /// <inheritdoc/>
    public string Name => "empty";

    /// <inheritdoc/>
    public string Summary => "an empty copy, whole process";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        using var workspace = Workspace.Create(session.Options.MemoryDirectory);
        var files = new CopyFiles(workspace["source"], [workspace["target"]], ByteCount.Zero);
        RandomFile.Create(files.Source, files.Size, seed: 1, session.CancellationToken);
        RandomFile.Create(files.Targets[0], files.Size, seed: 1, session.CancellationToken);
        var title = "empty file to empty file, whole process";
        var contest = new Contest(title, files, [session.Contenders.Own(files, CopyMode.Buffered)]);
        if (session.Run(contest).Own is { } own)
        {
            var seconds = own.Median(Measures.Seconds);
            session.Report(new CaseReport(Name, title)
            {
                Figures =
                [
                    new Figure("time, median", seconds, "s"),
                    new Figure("time, best", own.Samples.Min(Measures.Seconds), "s"),
                    new Figure("CPU, median", own.Median(Measures.CpuSeconds), "s"),
                    new Figure("peak memory", own.Median(Measures.PeakBytes) / 1.MiB.Value, "MiB"),
                ],
                Bars = [new Bar("time, seconds", seconds, MostSeconds)],
            });
        }

        return Task.CompletedTask;
    }
}
