using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.InProcess;
using Kcopyd.Benchmarks.Mirroring;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>Reads of a mirror of two loop devices, against reads of one of them.</summary>
internal sealed class MirrorReadCase : IBenchmarkCase
{
    private const int BlockSize = 64 * 1024;

    /// <summary>One for each device: with more the processors are what is measured.</summary>
    private const int Readers = 2;

    private static readonly ByteCount OwnSize = 1.GiB;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan QuickRound = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public string Name => "reads";

    /// <inheritdoc/>
    public string Summary => "random 64 KiB reads, direct, of a mirror of two loop devices and of one of them (root)";

    /// <inheritdoc/>
    public async Task RunAsync(BenchmarkSession session)
    {
        if (LoopDevice.Obstacle is { } obstacle)
        {
            session.Say($"{Name}: {obstacle}: left out.");
            return;
        }

        using var workspace = Workspace.Create(session.Options.MemoryDirectory);
        if (session.CreateFiles(workspace, OwnSize, targets: 1) is not { } files)
        {
            return;
        }

        using var first = LoopDevice.Attach(files.Source, session.CancellationToken);
        using var second = LoopDevice.Attach(files.Targets[0], session.CancellationToken);
        MirrorRig.CreateLog(workspace["log"]);
        var legs = new CopyFiles(first.Path, [second.Path], files.Size);
        List<double> mirrored = [];
        List<double> alone = [];
        for (var n = 0; n <= session.Options.Runs; n++)
        {
            session.CancellationToken.ThrowIfCancellationRequested();
            var isFirst = n % 2 == 0;
            var two = isFirst ? await ReadMirrorAsync(session, legs, workspace["log"]) : 0;
            var one = await ReadOneAsync(session, first.Path);
            two = isFirst ? two : await ReadMirrorAsync(session, legs, workspace["log"]);
            if (n > 0)
            {
                mirrored.Add(two);
                alone.Add(one);
            }
        }

        Report(session, mirrored, alone);
    }

    private void Report(BenchmarkSession session, List<double> mirrored, List<double> alone)
    {
        var ratio = Statistics.Median(mirrored.Zip(alone, (two, one) => two / one));
        session.Report(new CaseReport(Name, $"64 KiB random reads, direct, {Readers} at once, loop devices in memory")
        {
            Figures =
            [
                new Figure("mirror of two, median", Statistics.Median(mirrored), "1/s"),
                new Figure("one device, median", Statistics.Median(alone), "1/s"),
            ],
            Bars = [new Bar("reads of the mirror, of those of one leg", ratio, 1, IsFloor: true)],
        });
    }

    private static async Task<double> ReadMirrorAsync(BenchmarkSession session, CopyFiles legs, string log)
    {
        using var system = QuietActorSystem.Create();
        await using var mirror = await MirrorRig.OpenAsync(
            system, MirrorRig.Table(legs, log, MirrorSync.NoSync), isDirect: true);
        return await new RandomIo(mirror, BlockSize, Readers).ReadAsync(RoundOf(session), seed: 1);
    }

    private static async Task<double> ReadOneAsync(BenchmarkSession session, string path)
    {
        await using var device = await new BlockDeviceOpener().OpenAsync(
            path, new BlockDeviceOpenOptions { Direct = true }, session.CancellationToken);
        return await new RandomIo(device, BlockSize, Readers).ReadAsync(RoundOf(session), seed: 1);
    }

    private static TimeSpan RoundOf(BenchmarkSession session) => session.Options.IsQuick ? QuickRound : Round;
}
