using System.Text;
using Kcopyd.Actors.Mirrors;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>A mirror of the kernel whose power is cut in the middle of writes, and then ours.</summary>
[Collection(KernelVmCollection.Name)]
public sealed class MirrorPowerCutTests : IAsyncLifetime
{
    private const int SectorBytes = 512;
    private const int Regions = 64;
    private const int RegionBytes = 64 * SectorBytes;
    private const int BlockBytes = 4096;
    private const int LogBytes = 64 * SectorBytes;

    /// <summary>Writes that the kernel confirms before the cut.</summary>
    private const int Confirmed = 24;

    private readonly TempDirectory _directory = new();
    private readonly MirrorsHere _here = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        _directory.Dispose();
    }

    // Before we have it, the last block of every clean region is made to differ in leg 1: it must stay so.
    [SkippableFact]
    public async Task After_a_power_cut_we_copy_exactly_the_dirty_regions_and_the_kernel_takes_the_log_back_as_clean()
    {
        var disks = MakeDisks();
        var flushed = await CutAsync(disks);
        var log = File.ReadAllBytes(disks.Paths[2]);
        var source = File.ReadAllBytes(disks.Paths[0]);
        var dirty = Enumerable.Range(0, Regions).Where(region => !MirrorLogFile.IsClean(log, region, "")).ToArray();
        Assert.Equal([40, 51, 63], dirty.Where(region => region >= Regions / 2));
        Assert.InRange(dirty.Length, 3, 6);
        var target = Spoil(disks.Paths[1], source, dirty);
        var table = $"0 4096 mirror disk 2 {disks.Paths[2]} 64 2 {disks.Paths[0]} 0 {disks.Paths[1]} 0";

        string[] lines;
        await using (var mirror = await _here.OpenAsync(table))
        {
            await mirror.WaitUntilInSyncAsync();
            Assert.Equal(dirty.Length, (await mirror.GetCountsAsync()).RecoveredRegions);
            await AssertReadsAsync(mirror, flushed);
            lines = [.. (await MirrorsHere.LinesOfAsync(mirror)).Select(disks.AsPrinted)];
        }

        AssertDisks();
        var again = await KernelVm.RunAsync(
            KernelScript.Mirror(
                "mirror", $"create m --table '{disks.AsGiven(table)}'; in_sync; status; table; dmsetup remove m"),
            disks.Paths);

        Assert.Equal(lines, again.Lines);
        AssertDisks();

        void AssertDisks()
        {
            Assert.Equal(source, File.ReadAllBytes(disks.Paths[0]));
            Assert.Equal(target, File.ReadAllBytes(disks.Paths[1]));
            Assert.Equal(MirrorLogFile.AllClean(log, Regions), File.ReadAllBytes(disks.Paths[2]));
        }
    }

    /// <summary>Two legs that hold the same, and a log that says so.</summary>
    private MirrorDisks MakeDisks()
    {
        var log = _directory["log"];
        File.WriteAllBytes(log, MirrorLogFile.AllClean(MirrorLogFile.Fresh(LogBytes), Regions));
        return new MirrorDisks(
            _directory.File("leg-0", Regions * RegionBytes), _directory.File("leg-1", Regions * RegionBytes), log);
    }

    /// <summary>Runs the kernel's mirror and cuts its power.</summary>
    /// <returns>What was flushed: the number last written to each block that was.</returns>
    private static async Task<Dictionary<int, int>> CutAsync(MirrorDisks disks)
    {
        await using var vm = await KernelVm.StartAsync(KernelScript.Mirror("mirror-storm"), disks.Paths);
        await vm.WaitForAsync("slow");
        await vm.WaitForAsync(Confirmed);
        await vm.KillAsync();
        var flushed = new Dictionary<int, int>();
        foreach (var line in vm.Lines.Skip(1))
        {
            var words = line.Split(' ');
            flushed[int.Parse(words[0], null)] = int.Parse(words[1], null);
        }

        Assert.NotEmpty(flushed);
        return flushed;
    }

    /// <summary>Makes clean regions of leg 1 differ, where the legs have to be equal.</summary>
    /// <returns>What it is to hold when the others are copied.</returns>
    private static byte[] Spoil(string leg, byte[] source, int[] dirty)
    {
        var target = source.ToArray();
        var now = File.ReadAllBytes(leg);
        foreach (var region in Enumerable.Range(0, Regions).Except(dirty))
        {
            var (first, end) = (region * RegionBytes, (region + 1) * RegionBytes);
            Assert.Equal(source[first..end], now[first..end]);
            var last = end - BlockBytes;
            var stale = RelayExpectation.Stale(source[last..end]);
            stale.CopyTo(target, last);
            stale.CopyTo(now, last);
        }

        File.WriteAllBytes(leg, now);
        return target;
    }

    private static async Task AssertReadsAsync(MirrorDevice mirror, Dictionary<int, int> flushed)
    {
        var bytes = new byte[BlockBytes];
        foreach (var (block, number) in flushed)
        {
            await mirror.ReadAsync((long)block * BlockBytes, bytes, default);
            var text = Encoding.ASCII.GetString(bytes);
            var held = text[..text.IndexOf('\n', StringComparison.Ordinal)];
            Assert.Equal(string.Concat(Enumerable.Repeat($"{held}\n", BlockBytes))[..BlockBytes], text);
            Assert.InRange(int.Parse(held, null), number, int.MaxValue);
        }
    }
}
