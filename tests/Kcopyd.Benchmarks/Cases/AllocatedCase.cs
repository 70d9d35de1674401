using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.InProcess;
using Kcopyd.Benchmarks.Reporting;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>Managed memory that the engine allocates for each segment: repeats where times do not.</summary>
internal sealed class AllocatedCase : IBenchmarkCase
{
    /// <inheritdoc/>
    public string Name => "allocated";

    /// <inheritdoc/>
    public string Summary => "managed bytes allocated per segment, in process, memory to memory";

    /// <inheritdoc/>
    public async Task RunAsync(BenchmarkSession session)
    {
        using var system = QuietActorSystem.Create();
        var one = await MeasureAsync(session, system, targets: 1);
        var three = await MeasureAsync(session, system, targets: 3);
        session.Report(new CaseReport(Name, $"{SegmentAllocations.Segments:#,0} segments, memory to memory")
        {
            Figures =
            [
                new Figure("to one target, median", Statistics.Median(one), "B/segment"),
                new Figure("to one target, spread", Statistics.Spread(one) * 100, "%"),
                new Figure("to three targets, median", Statistics.Median(three), "B/segment"),
                new Figure("to three targets, spread", Statistics.Spread(three) * 100, "%"),
            ],
            Bars =
            [
                new Bar("bytes per segment, one target", Statistics.Median(one), SegmentAllocations.MostBytes(1)),
                new Bar("bytes per segment, three targets", Statistics.Median(three), SegmentAllocations.MostBytes(3)),
            ],
        });
        await system.Terminate();
    }

    private static async Task<List<double>> MeasureAsync(
        BenchmarkSession session, Akka.Actor.ActorSystem system, int targets)
    {
        List<double> samples = [];
        for (var round = 0; round <= session.Options.Runs; round++)
        {
            session.CancellationToken.ThrowIfCancellationRequested();
            var bytes = await SegmentAllocations.MeasureAsync(system, targets);
            if (round > 0)
            {
                samples.Add(bytes);
            }
        }

        return samples;
    }
}
