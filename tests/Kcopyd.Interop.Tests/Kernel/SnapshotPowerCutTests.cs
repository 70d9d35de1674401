using Kcopyd.Actors.Snapshots;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A snapshot of the kernel whose power is cut, in the middle of writes and of its merge, and then ours.
/// </summary>
[Collection(KernelVmCollection.Name)]
public sealed class SnapshotPowerCutTests : IAsyncLifetime
{
    private const int SectorBytes = 512;
    private const int Length = 4096;
    private const int PlaceSectors = 16;
    private const int StoreBytes = 4 << 20;

    /// <summary>Writes that are done before the first cut.</summary>
    private const int Done = 60;

    /// <summary>Runs of chunks that are merged before the second.</summary>
    private const int Merged = 4;

    private readonly TempDirectory _directory = new();
    private readonly SnapshotsHere _here = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        _directory.Dispose();
    }

    [SkippableFact]
    public async Task S18_after_power_cuts_we_show_what_the_kernel_kept_and_finish_its_merge()
    {
        var before = TempDirectory.Bytes(Length * SectorBytes, 1);
        string[] disks = [_directory.File("origin", before.Length), _directory.Sparse("store", StoreBytes)];

        foreach (var (place, number) in await CutAsync("storm", Done, disks))
        {
            AssertWritten(disks[0], place, number);
        }

        var kept = await AssertViewAsync(disks, before);
        Assert.InRange(kept, 2 * Done, Length / 8);
        _ = await CutAsync("slow_merge", Merged, disks);
        Assert.InRange(await AssertViewAsync(disks, before), 1, kept - Merged);
        await MergeAsync(disks);

        Assert.Equal(before, await File.ReadAllBytesAsync(disks[0]));
        Assert.Equal(0, await AssertViewAsync(disks, before));
    }

    /// <summary>Cuts the power when something has begun and printed so many lines.</summary>
    /// <returns>The last line of each kind, as two numbers.</returns>
    private static async Task<Dictionary<int, int>> CutAsync(string what, int lines, string[] disks)
    {
        await using var vm = await KernelVm.StartAsync(KernelScript.Snapshot(["snapshot-storm"], what), disks);
        await vm.WaitForAsync(what.Split('_')[^1]);
        await vm.WaitForAsync(lines);
        await vm.KillAsync();
        var last = new Dictionary<int, int>();
        foreach (var words in vm.Lines.Select(line => line.Split(' ')).Where(words => words.Length == 2))
        {
            last[int.Parse(words[0], null)] = int.Parse(words[1], null);
        }

        return last;
    }

    /// <summary>A place of the origin holds the number that was written, or what its writer wrote since.</summary>
    private static void AssertWritten(string origin, int place, int number)
    {
        using var file = File.OpenHandle(origin);
        var bytes = new byte[PlaceSectors * SectorBytes];
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, (long)place * SectorBytes));
        var held = System.Text.Encoding.ASCII.GetString(bytes).Split('\n')[0];
        Assert.InRange(int.Parse(held, null), number, int.MaxValue);
    }

    /// <summary>The snapshot shows what its origin was.</summary>
    /// <returns>Its exceptions.</returns>
    private static async Task<long> AssertViewAsync(string[] disks, byte[] before)
    {
        await using var view = await SnapshotView.OpenAsync(
            SnapshotTable.Parse(TableOf("snapshot", disks)), new BlockDeviceOpener());
        var bytes = new byte[before.Length];
        await view.ReadAsync(0, bytes, default);
        SnapshotExpectation.AssertSame("the view", before, bytes);
        return view.ExceptionCount;
    }

    private static string TableOf(string target, string[] disks) => $"0 {Length} {target} {disks[0]} {disks[1]} P 8";

    private async Task MergeAsync(string[] disks)
    {
        var options = new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite };
        await using var origin = await FileBlockDevice.OpenAsync(disks[0], options, default);
        await using var cow = await FileBlockDevice.OpenAsync(disks[1], options, default);
        await using var merge = await _here.OpenAsync(TableOf("snapshot-merge", disks), origin, cow);
        await merge.Snapshot.WaitUntilMergedAsync();
        Assert.True((await merge.Snapshot.GetStatusAsync()).IsMerged);
    }
}
