using Kcopyd.Actors.Snapshots;
using Kcopyd.Benchmarks.Contests;
using Kcopyd.Benchmarks.Files;
using Kcopyd.Benchmarks.InProcess;
using Kcopyd.Benchmarks.Reporting;
using Kcopyd.Benchmarks.Snapshotting;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Benchmarks.Cases;

/// <summary>Random first writes of 4 KiB to an origin with one snapshot, against a qcow2 overlay, on loop devices.
/// </summary>
internal sealed class SnapshotWriteCase : IBenchmarkCase
{
    private const int AtOnce = 16;

    private const int Writes = 20_000;

    private const int QuickWrites = 500;

    private static readonly ByteCount OwnSize = 512.MiB;

    /// <inheritdoc/>
    public string Name => "first-writes";

    /// <inheritdoc/>
    public string Summary => "random first 4 KiB writes to an origin with a snapshot, and to a qcow2 overlay (root)";

    /// <inheritdoc/>
    public async Task RunAsync(BenchmarkSession session)
    {
        if ((LoopDevice.Obstacle ?? QcowOverlay.Obstacle) is { } obstacle)
        {
            session.Say($"{Name}: {obstacle}: left out.");
            return;
        }

        await RunAsync(session, session.Options.MemoryDirectory, "in memory");
        await RunAsync(session, session.Options.DiskDirectory, "on disk");
    }

    private async Task RunAsync(BenchmarkSession session, string directory, string place)
    {
        using var workspace = Workspace.Create(directory);
        if (session.CreateFiles(workspace, OwnSize, targets: 1) is not { } files)
        {
            return;
        }

        using var origin = LoopDevice.Attach(files.Source, session.CancellationToken);
        using var cow = LoopDevice.Attach(files.Targets[0], session.CancellationToken);
        List<double> ours = [];
        List<double> theirs = [];
        for (var n = 0; n <= session.Options.Runs; n++)
        {
            session.CancellationToken.ThrowIfCancellationRequested();
            var writes = new FirstWrites(files.Size.Value, session.Options.IsQuick ? QuickWrites : Writes, n);
            var isFirst = n % 2 == 0;
            var snapshot = isFirst ? await WriteAsync(origin.Path, cow.Path, files.Size, writes) : 0;
            var overlay = QcowOverlay.Write(origin.Path, cow.Path, writes, AtOnce, session.CancellationToken);
            snapshot = isFirst ? snapshot : await WriteAsync(origin.Path, cow.Path, files.Size, writes);
            if (n > 0)
            {
                ours.Add(snapshot);
                theirs.Add(overlay);
            }
        }

        var ratio = Statistics.Median(ours.Zip(theirs, (mine, other) => mine / other));
        session.Report(new CaseReport(Name, $"{files.Size}, 4 KiB first writes, {AtOnce} at once, loop devices {place}")
        {
            Figures =
            [
                new Figure("origin with a snapshot, median", Statistics.Median(ours), "1/s"),
                new Figure("qcow2 overlay by qemu-io, median", Statistics.Median(theirs), "1/s"),
                new Figure("of the overlay's, median of the rounds", ratio, "1"),
            ],
            Notes =
            [
                "A write of the origin completes when what it overwrites is durable in the store; one of the overlay "
                + "when it is cached. Both are flushed at the end.",
            ],
        });
    }

    private static async Task<double> WriteAsync(string origin, string cow, ByteCount size, FirstWrites writes)
    {
        var access = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite };
        var opener = new BlockDeviceOpener();
        await using var store = await opener.OpenAsync(cow, access, CancellationToken.None);
        await store.WriteZeroesAsync(0, 1.MiB.Value, CancellationToken.None);
        using var system = QuietActorSystem.Create();
        var device = await opener.OpenAsync(origin, access, CancellationToken.None);
        await using var live = OriginDevice.Create(system, device, isOwned: true);
        var table = SnapshotTable.OfSnapshot(
            0,
            size.Value / Sectors.Size,
            origin,
            new SnapshotStoreSpec(cow, SnapshotStoreKind.Persistent, FirstWrites.BlockSize / Sectors.Size));
        await live.AddSnapshotAsync(table, store);
        return await writes.WriteAsync(live, AtOnce);
    }
}
