using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>How much is installed.</summary>
internal sealed class PublishCase : IBenchmarkCase
{
    /// <summary>Enough to see what the size is made of.</summary>
    private const int LargestFiles = 5;

    /// <inheritdoc/>
    public string Name => "publish";

    /// <inheritdoc/>
    public string Summary => "the size of the published program";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        var files = new FileInfo(session.ProgramPath).Directory!.GetFiles("*", SearchOption.AllDirectories);
        session.Report(new CaseReport(Name, "the published program, compiled ahead of time, with the runtime")
        {
            Figures =
            [
                new Figure("files", files.Length, string.Empty),
                new Figure("all of them", MebiBytes(files.Sum(file => file.Length)), "MiB"),
                .. files
                    .OrderByDescending(file => file.Length)
                    .Take(LargestFiles)
                    .Select(file => new Figure(file.Name, MebiBytes(file.Length), "MiB")),
            ],
        });
        return Task.CompletedTask;
    }

    private static double MebiBytes(long bytes) => (double)bytes / 1.MiB.Value;
}
