using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Snapshots that run here and in the kernel by turns. Of each there are two that begin the same: one is made
/// here, the other by the kernel. So each run is done by both, and they must say and leave the same, to the byte.
/// </summary>
internal sealed class SnapshotRelay : IAsyncDisposable
{
    private const int SectorBytes = 512;
    private const string NoView = "view: EIO";

    private readonly TempDirectory _directory = new();
    private readonly SnapshotsHere _here = new();
    private readonly List<RelayPart> _parts = [];
    private readonly string _origins;
    private readonly string _stores;
    private readonly string _views;
    private readonly Dictionary<RelaySnapshot, RelayOutcome> _first = [];

    public SnapshotRelay(params RelaySnapshot[] snapshots)
    {
        var (origin, store) = (0, 0);
        foreach (var (seed, snapshot) in snapshots.Index())
        {
            for (var maker = 0; maker < 2; maker++)
            {
                var content = TempDirectory.Bytes(snapshot.Length * SectorBytes, seed);
                _parts.Add(new RelayPart(snapshot, maker, origin, store, new SnapshotExpectation(content)));
                origin += snapshot.Length;
                store += snapshot.CowSectors;
            }
        }

        _origins = _directory.Sparse("origins", (long)origin * SectorBytes);
        _stores = _directory.Sparse("stores", (long)store * SectorBytes);
        _views = _directory.Sparse("views", (long)origin * SectorBytes);
        foreach (var (i, part) in _parts.Index())
        {
            // There was something else in the place of each store, that begins with zeros.
            var rubbish = TempDirectory.Bytes(part.Snapshot.CowSectors * SectorBytes, ~(i / 2));
            rubbish.AsSpan(0, SectorBytes).Clear();
            Write(_origins, part.Origin, TempDirectory.Bytes(part.Snapshot.Length * SectorBytes, i / 2));
            Write(_stores, part.Store, rubbish);
        }
    }

    /// <summary>Turns: each run of the snapshots made here, and one turn later the same run of the others.</summary>
    public int Turns => _parts.Max(part => part.Snapshot.Runs.Length) + 1;

    /// <summary>A turn: the even ones are ours.</summary>
    public async Task RunAsync(int turn)
    {
        // Who is second comes before who is first, as that one is a run ahead.
        var parts = _parts.OrderByDescending(part => part.Maker)
            .Where(part => part.RunAt(turn) is >= 0 and var run && run < part.Snapshot.Runs.Length).ToArray();
        if (turn % 2 == 1)
        {
            await RunInKernelAsync(turn, parts);
            return;
        }

        foreach (var part in parts)
        {
            var (lines, view) = await RunHereAsync(part, part.RunAt(turn));
            AssertMet(part, turn, lines, view);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        _directory.Dispose();
    }

    private async Task RunInKernelAsync(int turn, RelayPart[] parts)
    {
        var calls = string.Join('\n', parts.Select(part => part.CallOf(part.RunAt(turn))));
        var result = await KernelVm.RunAsync(
            KernelScript.Snapshot(["snapshot-relay"], calls), _origins, _stores, _views);

        Assert.True(result.ExitStatus == 0, string.Join('\n', result.Lines));
        var lines = new Queue<string>(result.Lines);
        foreach (var part in parts)
        {
            Assert.Equal(part.Heading, lines.Dequeue());
            List<string> said = [];
            while (lines.TryPeek(out var line) && !line.StartsWith("== ", StringComparison.Ordinal))
            {
                said.Add(lines.Dequeue());
            }

            AssertMet(part, turn, [.. said], Read(_views, part.Origin, part.Snapshot.Length));
        }
    }

    private async Task<(string[] Lines, byte[] View)> RunHereAsync(RelayPart part, int number)
    {
        var (snapshot, run) = (part.Snapshot, part.Snapshot.Runs[number]);
        var options = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite };
        await using var origins = await FileBlockDevice.OpenAsync(_origins, options, default);
        await using var stores = await FileBlockDevice.OpenAsync(_stores, options, default);
        await using var cow = SnapshotsHere.Part(stores, part.Store, snapshot.CowSectors);
        var (origin, gate) = OriginOf(part, run, origins);
        await using var session = await _here.OpenAsync(snapshot.TableOf(number), origin, cow);
        var held = await ReachAsync(session, run, gate);
        session.Table();
        await session.NowAsync();
        foreach (var step in run.Steps)
        {
            await session.StepAsync(step);
        }

        var view = await session.ReadAllAsync();
        var suspended = held is null ? Task.CompletedTask : session.Snapshot.SuspendAsync();
        held?.Release();
        await suspended;
        List<string> lines = [.. session.Lines, .. view is null ? [NoView] : Array.Empty<string>()];
        var said = session.Lines.Count;
        await session.NowAsync();
        return ([.. lines, .. session.Lines.Skip(said)], view ?? []);
    }

    /// <summary>An origin, and the place in it where a merge is to be held.</summary>
    private static (IBlockDevice Origin, GatedBlockDevice? Gate) OriginOf(
        RelayPart part, SnapshotRun run, IBlockDevice origins)
    {
        if (run.Hold is not { } hold)
        {
            return (SnapshotsHere.Part(origins, part.Origin, part.Snapshot.Length), null);
        }

        var gate = new GatedBlockDevice(
            SnapshotsHere.Part(origins, part.Origin + hold.Start, hold.Sectors), DeviceOperation.Write);
        var end = hold.Start + hold.Sectors;
        IoRegion[] pieces =
        [
            new(origins, SectorRange.Create(part.Origin, hold.Start)),
            new(gate, SectorRange.Create(0, hold.Sectors)),
            new(origins, SectorRange.Create(part.Origin + end, part.Snapshot.Length - end)),
        ];
        return (LinearBlockDevice.Create("origin:held", pieces, ownsDevices: false), gate);
    }

    /// <summary>Merges, where it is to be merged, as far as it is to go for now.</summary>
    /// <returns>The write that is held.</returns>
    private static async Task<GatedOperation?> ReachAsync(
        SnapshotSession session, SnapshotRun run, GatedBlockDevice? gate)
    {
        if (gate is not null)
        {
            return await gate.NextAsync();
        }

        if (run.IsMerge && !(await session.Snapshot.GetStatusAsync()).IsInvalid)
        {
            await session.Snapshot.WaitUntilMergedAsync();
        }

        return null;
    }

    /// <summary>What a run left is what was written, and what the other party left after the same run.</summary>
    private void AssertMet(RelayPart part, int turn, string[] lines, byte[] view)
    {
        var (snapshot, number) = (part.Snapshot, part.RunAt(turn));
        var what = $"{snapshot}, run {number}, {(turn % 2 == 0 ? "here" : "kernel")}";
        var outcome = new RelayOutcome(
            lines, Read(_origins, part.Origin, snapshot.Length), Read(_stores, part.Store, snapshot.CowSectors));
        if (part.Maker == 1)
        {
            outcome.AssertSame(what, _first[snapshot]);
        }

        _first[snapshot] = outcome;
        part.Expectation.Add(snapshot.Runs[number], lines);
        part.Expectation.AssertOrigin(what, outcome.Origin);
        if (!lines.Contains(NoView))
        {
            part.Expectation.AssertView(what, view);
        }
    }

    private static void Write(string path, int sector, byte[] bytes)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, bytes, (long)sector * SectorBytes);
    }

    private static byte[] Read(string path, int sector, int sectors)
    {
        using var file = File.OpenHandle(path);
        var bytes = new byte[sectors * SectorBytes];
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, (long)sector * SectorBytes));
        return bytes;
    }
}
