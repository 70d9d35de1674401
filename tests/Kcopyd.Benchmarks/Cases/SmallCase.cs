using System.Diagnostics;
using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.InProcess;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>Many small jobs through one client, in memory: what a job costs beside its bytes.</summary>
internal sealed class SmallCase : IBenchmarkCase
{
    private const int Jobs = 10_000;

    private const double LeastJobsPerSecond = 10_000;

    private static readonly ByteCount JobSize = 64.KiB;

    /// <summary>Jobs go round in this: enough that neighbours do not meet, not so much that memory is
    /// measured.</summary>
    private static readonly ByteCount DeviceSize = 16.MiB;

    /// <inheritdoc/>
    public string Name => "small";

    /// <inheritdoc/>
    public string Summary => "10,000 jobs of 64 KiB through one client, in process, on memory devices";

    /// <inheritdoc/>
    public async Task RunAsync(BenchmarkSession session)
    {
        using var system = QuietActorSystem.Create();
        var source = new MemoryBlockDevice(DeviceSize);
        var target = new MemoryBlockDevice(DeviceSize);
        await using (source)
        await using (target)
        {
            var bytes = new byte[DeviceSize.Value];
            new Random(1).NextBytes(bytes);
            source.Write(0, bytes, default);
            List<double> rates = [];
            for (var round = 0; round <= session.Options.Runs; round++)
            {
                session.CancellationToken.ThrowIfCancellationRequested();
                await target.WriteZeroesAsync(0, DeviceSize.Value, session.CancellationToken);
                var elapsed = await RunJobsAsync(system, source, target);
                if (round > 0)
                {
                    rates.Add(Jobs / elapsed.TotalSeconds);
                }

                Compare(session, bytes, target);
            }

            Report(session, rates);
        }

        await system.Terminate();
    }

    private static async Task<TimeSpan> RunJobsAsync(ActorSystem system, IBlockDevice source, IBlockDevice target)
    {
        await using var client = await KcopydClient.CreateAsync(system);
        var startedAt = Stopwatch.GetTimestamp();
        var jobs = new Task<CopyCompleted>[Jobs];
        for (var i = 0; i < Jobs; i++)
        {
            var range = Range(i);
            jobs[i] = client.CopyAsync(CopyRequest.Copy(new IoRegion(source, range), new IoRegion(target, range)));
        }

        var completed = await Task.WhenAll(jobs);
        var elapsed = Stopwatch.GetElapsedTime(startedAt);
        return completed.All(job => job.Outcome == CopyOutcome.Completed)
            ? elapsed
            : throw new InvalidOperationException("A small job did not complete.");
    }

    private static SectorRange Range(int job)
    {
        var sectors = Sectors.FromBytes(JobSize.Value);
        var places = (int)(DeviceSize.Value / JobSize.Value);
        return SectorRange.Create(job % places * sectors, sectors);
    }

    private static void Compare(BenchmarkSession session, byte[] expected, MemoryBlockDevice target)
    {
        var actual = new byte[expected.Length];
        target.Read(0, actual);
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            session.Failures.Add("small: the target differs from the source.");
        }
    }

    private void Report(BenchmarkSession session, List<double> rates) =>
        session.Report(new CaseReport(Name, Summary)
        {
            Figures =
            [
                new Figure("jobs a second, median", Statistics.Median(rates), "1/s"),
                new Figure("jobs a second, least", rates.Min(), "1/s"),
                new Figure("jobs a second, most", rates.Max(), "1/s"),
            ],
            Bars = [new Bar("jobs a second", Statistics.Median(rates), LeastJobsPerSecond, IsFloor: true)],
        });
}
