using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Processes;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>The one workload that never changes, so that its numbers can be compared over the years.</summary>
/// <remarks>
/// 4 GiB of zeros to two null targets, segments of 512 KiB, 8 in flight, a budget of 64 MiB, whole process. No option
/// of the benchmark but the number of runs has an effect on it. What it costs is the engine and one filling of memory.
/// </remarks>
internal sealed class CanonicalCase : IBenchmarkCase
{
    private const long SizeBytes = 4L << 30;

    private const long SegmentBytes = 512 << 10;

    /// <summary>The targets differ in length, because one device cannot be a target twice.</summary>
    private static readonly string[] Words =
    [
        "null:4294967296", "null:4294967808", "null:4294968320",
        "--segment", "524288", "--in-flight", "8", "--pages", "67108864",
    ];

    /// <inheritdoc/>
    public string Name => "canonical";

    /// <inheritdoc/>
    public string Summary => "the workload that never changes: 4 GiB to two null targets in segments of 512 KiB";

    /// <inheritdoc/>
    public Task RunAsync(BenchmarkSession session)
    {
        var command = session.Contenders.Copy([.. Words]);
        List<ProcessUsage> samples = [];
        for (var round = 0; round <= session.Options.Runs; round++)
        {
            var usage = ProcessRunner.Run(command, session.CancellationToken);
            if (round > 0)
            {
                samples.Add(usage);
            }
        }

        var own = new ContenderResult(Contenders.Program, [.. samples]);
        session.Report(new CaseReport(Name, "4 GiB to two null targets, segments of 512 KiB, whole process")
        {
            Figures =
            [
                new Figure("time, median", own.Median(Measures.Seconds), "s"),
                new Figure("throughput", SizeBytes / (double)1.MiB.Value / own.Median(Measures.Seconds), "MiB/s"),
                new Figure("CPU, median", own.Median(Measures.CpuSeconds), "s"),
                new Figure("CPU per segment", own.Median(Measures.CpuSeconds) / (SizeBytes / SegmentBytes) * 1e6, "us"),
                new Figure("peak memory", own.Median(Measures.PeakBytes) / 1.MiB.Value, "MiB"),
            ],
        });
        return Task.CompletedTask;
    }
}
