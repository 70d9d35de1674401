using Akka.Actor;
using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.InProcess;
using Kcopyd.Benchmarks.Mirroring;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>Random writes of 4 KiB while a mirror is brought in sync, against the same without.</summary>
internal sealed class MirrorWriteCase : IBenchmarkCase
{
    /// <summary>Of the rate of writes without a recovery.</summary>
    private const double LeastShare = 0.5;

    private const int BlockSize = 4096;

    private const int Writers = 4;

    private static readonly ByteCount OwnSize = 4.GiB;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan QuickRound = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public string Name => "writes";

    /// <inheritdoc/>
    public string Summary => "random 4 KiB writes to a mirror with and without a recovery under way, on disk and in memory";

    /// <inheritdoc/>
    public async Task RunAsync(BenchmarkSession session)
    {
        await RunAsync(session, session.Options.DiskDirectory, "on disk");
        await RunAsync(session, session.Options.MemoryDirectory, "in memory");
    }

    private async Task RunAsync(BenchmarkSession session, string directory, string place)
    {
        using var workspace = Workspace.Create(directory);
        if (session.CreateFiles(workspace, OwnSize, targets: 1) is not { } files)
        {
            return;
        }

        using var system = QuietActorSystem.Create();
        List<double> alone = [];
        List<double> beside = [];
        List<double> recovered = [];
        for (var n = 0; n <= session.Options.Runs; n++)
        {
            session.CancellationToken.ThrowIfCancellationRequested();
            var isFirst = n % 2 == 0;
            var with = isFirst ? await WriteAsync(session, system, workspace, files, MirrorSync.Sync) : default;
            var without = await WriteAsync(session, system, workspace, files, MirrorSync.NoSync);
            with = isFirst ? with : await WriteAsync(session, system, workspace, files, MirrorSync.Sync);
            if (n > 0)
            {
                alone.Add(without.Rate);
                beside.Add(with.Rate);
                recovered.Add(with.Recovered);
            }
        }

        var share = Statistics.Median(beside.Zip(alone, (with, without) => with / without));
        session.Report(new CaseReport(Name, $"{files.Size}, 4 KiB random writes, {Writers} at once, {place}")
        {
            Figures =
            [
                new Figure("writes without a recovery, median", Statistics.Median(alone), "1/s"),
                new Figure("writes during one, median", Statistics.Median(beside), "1/s"),
                new Figure("recovered meanwhile, median", Statistics.Median(recovered), "MiB/s"),
            ],
            Bars =
            [
                new Bar("writes during a recovery, of those without", share, LeastShare, IsFloor: true),
                new Bar("recovered at least, MiB/s", recovered.Min(), 1, IsFloor: true),
            ],
        });
    }

    private static async Task<(double Rate, double Recovered)> WriteAsync(
        BenchmarkSession session, ActorSystem system, Workspace workspace, CopyFiles files, MirrorSync sync)
    {
        var log = workspace["log"];
        MirrorRig.CreateLog(log);
        var round = session.Options.IsQuick ? QuickRound : Round;
        await using var mirror = await MirrorRig.OpenAsync(
            system, MirrorRig.Table(files, log, sync), isDirect: false);
        var before = await mirror.GetCountsAsync();
        var rate = await new RandomIo(mirror, BlockSize, Writers).WriteAsync(round, seed: 1);
        var after = await mirror.GetCountsAsync();
        var sectors = after.RecoveredSectors - before.RecoveredSectors;
        return (rate, new ByteCount(sectors * 512).Value / (double)1.MiB.Value / round.TotalSeconds);
    }
}
