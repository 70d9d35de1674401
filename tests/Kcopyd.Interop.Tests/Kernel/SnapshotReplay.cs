using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>Our engine in the place of the kernel: it does what a file of <see cref="GoldenStore"/>s tells, on devices
/// that began as the kernel's did.</summary>
internal sealed class SnapshotReplay : IAsyncDisposable
{
    private const int SectorBytes = 512;
    private const int OriginBytes = 49152 * SectorBytes;
    private const int StoresBytes = 40 << 20;
    private const string Merging = "merge-";

    private readonly SnapshotsHere _here = new();
    private readonly MemoryBlockDevice _origin = new(new ByteCount(OriginBytes));
    private readonly MemoryBlockDevice _stores = new(new ByteCount(StoresBytes));
    private readonly GatedBlockDevice _gate;
    private SnapshotSession? _merge;
    private LinearBlockDevice? _cow;
    private GatedOperation? _held;

    private SnapshotReplay() => _gate = new GatedBlockDevice(_origin, []);

    /// <summary>Origin and stores as the machine of <see cref="SnapshotKernelTests"/> has them.</summary>
    public static SnapshotReplay Begin()
    {
        var replay = new SnapshotReplay();
        replay._origin.Write(0, TempDirectory.Bytes(OriginBytes, 1), WriteDurability.Cached);
        return replay;
    }

    /// <summary>Does what the kernel did, and compares all that it said and left.</summary>
    public async Task AssertAsync(GoldenStore store)
    {
        var golden = AsDecided(store);
        if (golden.Name.StartsWith(Merging, StringComparison.Ordinal))
        {
            await MergeAsync(golden);
        }
        else
        {
            await RunAsync(golden);
        }

        AssertStore(golden);
    }

    public async ValueTask DisposeAsync()
    {
        await EndMergeAsync();
        await _here.DisposeAsync();
    }

    /// <summary>Where a store ends behind a full area, the kernel fills that one, cannot make the next, and the
    /// snapshot is lost. Ours was full before, and a PO that is full can be read.</summary>
    private static GoldenStore AsDecided(GoldenStore golden)
    {
        var entries = new CowLayout(golden.ChunkSectors).EntriesPerArea;
        if (golden.CowSectors != (entries + CowLayout.FirstData) * golden.ChunkSectors
            || !golden.Table!.Contains(" PO ", StringComparison.Ordinal))
        {
            return golden;
        }

        const string Valid = "header: 536e417001";
        var lines = golden.Lines.Select(line => line.StartsWith("header: ", StringComparison.Ordinal)
            ? $"{Valid}{line[Valid.Length..]}"
            : line.Replace(" Invalid", " Overflow", StringComparison.Ordinal));
        return golden with { Lines = [.. lines] };
    }

    /// <summary>A section of its own; only the last goes on with the store of the one before.</summary>
    private async Task RunAsync(GoldenStore golden)
    {
        if (golden.Name != "used-again")
        {
            _stores.Write(0, new byte[SectorBytes], WriteDurability.Cached);
        }

        await using var cow = SnapshotsHere.Part(_stores, 0, golden.CowSectors);
        await using var session = await _here.OpenAsync(golden.Table!, _origin, cow);
        await RunAsync(golden, session);
    }

    /// <summary>A section in the middle of a merge, or at its end.</summary>
    private async Task MergeAsync(GoldenStore golden)
    {
        switch (golden.Name)
        {
            case "merge-at-ninety":
                _gate.CloseGate(DeviceOperation.Write);
                var table = golden.Lines.Single(IsTable)["table: ".Length..];
                _cow = SnapshotsHere.Part(_stores, 0, golden.CowSectors);
                _merge = await _here.OpenAsync(table, _gate, _cow);
                await HoldAsync(90 * golden.ChunkSectors);
                break;
            case "merge-at-twenty":
                _held!.Release();
                await HoldAsync(20 * golden.ChunkSectors);
                break;
            case "merge-suspended":
                var suspended = _merge!.Snapshot.SuspendAsync();
                _held!.Release();
                await suspended;
                break;
            default:
                _gate.OpenGate();
                await _merge!.Snapshot.ResumeAsync();
                await _merge.Snapshot.WaitUntilMergedAsync();
                break;
        }

        await RunAsync(golden, _merge!);
        if (golden.Name == "merge-finished")
        {
            await EndMergeAsync();
        }
    }

    private async Task EndMergeAsync()
    {
        _gate.OpenGate();
        await (_merge?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_cow?.DisposeAsync() ?? ValueTask.CompletedTask);
        (_merge, _cow) = (null, null);
    }

    /// <summary>Waits until the merge writes somewhere, and has it wait there.</summary>
    private async Task HoldAsync(long sector)
    {
        while ((_held = await _gate.NextAsync()).Range.Start != sector)
        {
            _held.Release();
        }
    }

    private static bool IsTable(string line) => line.StartsWith("table: ", StringComparison.Ordinal);

    /// <summary>Does the steps of a section, and compares what is printed.</summary>
    private static async Task RunAsync(GoldenStore golden, SnapshotSession session)
    {
        var already = session.Lines.Count;
        foreach (var line in golden.Lines)
        {
            if (line.StartsWith("status: ", StringComparison.Ordinal))
            {
                await session.NowAsync();
            }
            else if (IsTable(line))
            {
                session.Table();
            }
            else if (SnapshotSession.IsStep(line))
            {
                await session.StepAsync(line);
            }
        }

        Assert.Equal(golden.Lines.Where(IsSaid), session.Lines.Skip(already));
    }

    /// <summary>What steps print. Events are of the kernel alone; an origin says no more than its table.</summary>
    private static bool IsSaid(string line) =>
        SnapshotSession.IsStep(line) || line.Split(' ') is ["status:" or "table:", ..] or [{ Length: 3 or 8 }];

    private void AssertStore(GoldenStore golden)
    {
        var layout = new CowLayout(golden.ChunkSectors);
        if (golden.Header is not [])
        {
            Assert.Equal(golden.Header, Bytes(0, golden.Header.Length));
        }

        foreach (var (i, area) in golden.Areas.Index())
        {
            var ours = Bytes(layout.AreaChunk(i) * layout.ChunkBytes, area.Length);
            var same = ours.AsSpan().CommonPrefixLength(area);
            Assert.True(same == area.Length, $"{golden}: entry {same / CowEntry.Size} of area {i} is another.");
        }
    }

    private byte[] Bytes(long at, int length)
    {
        var bytes = new byte[length];
        _stores.Read(at, bytes);
        return bytes;
    }
}
