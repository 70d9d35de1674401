using System.Buffers.Binary;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests.Kernel;

/// <summary>The log of dm-mirror on disk: what a stock kernel makes of logs written here, and what it writes.</summary>
[Collection(KernelVmCollection.Name)]
public sealed class MirrorLogKernelTests : IDisposable
{
    private const int SectorBytes = 512;
    private const int RegionBytes = 64 * SectorBytes;
    private const int MirrorBytes = 8 * RegionBytes;
    private const int LogBytes = 64 * SectorBytes;
    private const int BitsOffset = 1024;
    private const byte Filler = 0xA5;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // Leg 1 differs from leg 0 in every region, so a region that is equal afterwards was copied.
    // The kernel writes whole words of 8 bytes of bits, and clears those past the last region.
    [SkippableFact]
    public async Task Kernel_copies_exactly_the_regions_that_a_log_says_may_differ()
    {
        MirrorLogCase[] cases =
        [
            new("two dirty", "copied 3 7, 8/8 AA A, version 2, 8 regions, bits FF00000000000000") { Bits = 0x77 },
            new("all clean", "copied none, 8/8 AA A, version 2, 8 regions, bits FF00000000000000"),
            new("short last region", "copied 7, 8/8 AA A, version 2, 8 regions, bits FF00000000000000")
                { Bits = 0x7F, Sectors = 450 },
            new("fewer regions", "copied 5 6 7, 8/8 AA A, version 2, 8 regions, bits FF00000000000000") { Regions = 5 },
            new("more regions", "copied none, 8/8 AA A, version 2, 8 regions, bits FF00000000000000")
                { Regions = 60, Bits = ulong.MaxValue },
            new("bits past the end", "copied none, 8/8 AA A, version 2, 8 regions, bits FF00000000000000")
                { Bits = ulong.MaxValue },
            new("wrong magic", "copied 0 1 2 3 4 5 6 7, 8/8 AA A, version 2, 8 regions, bits FF00000000000000")
                { Magic = 0x4D695273 },
            new("version 1", "copied 2, 8/8 AA A, version 2, 8 regions, bits FF00000000000000")
                { Version = 1, Bits = 0xFB },
            new("version 3", "copied 0 1 2 3 4 5 6 7, 8/8 AA D, version 3, 8 regions, bits FF00000000000000")
                { Version = 3 },
            new("sync", "copied 0 1 2 3 4 5 6 7, 8/8 AA A, version 2, 8 regions, bits FF00000000000000")
                { Argument = "sync" },
            new("nosync", "copied none, 8/8 AA A, version 2, 8 regions, bits FF00000000000000")
                { Argument = "nosync", Bits = 0 },
        ];
        var source = TempDirectory.Bytes(cases.Length * MirrorBytes, 1);
        var stale = source.Select(b => (byte)~b).ToArray();
        var logs = cases.SelectMany(MakeLog).ToArray();
        string[] disks = [Write("leg-0", source), Write("leg-1", stale), Write("logs", logs)];
        var runs = cases.Select((mirror, i) => $"resync {i} {mirror.Sectors} {mirror.Argument}");

        var result = await KernelVm.RunAsync(KernelScript.Mirror("mirror-resync", string.Join('\n', runs)), disks);

        var target = File.ReadAllBytes(disks[1]);
        var logsNow = File.ReadAllBytes(disks[2]);
        Assert.Equal(source, File.ReadAllBytes(disks[0]));
        Assert.Equal(cases.Length, result.Lines.Count);
        for (var i = 0; i < cases.Length; i++)
        {
            var log = logsNow.AsSpan(i * LogBytes, LogBytes);
            var copied = Copied(source, stale, target, i * MirrorBytes, cases[i].Sectors);
            Assert.Equal(
                $"{cases[i].Name}: {cases[i].Expected}",
                $"{cases[i].Name}: copied {copied}, {result.Lines[i]}, {Describe(log)}");
            AssertRestIsAsBefore(log);
        }
    }

    // The kernel always writes the whole image: here 3 sectors, 1024 bytes of header and 8 of bits.
    // regions   0 1 2 3 4 5 6 7
    // written       x     x         on their way when the power is cut: in leg 0 and not in leg 1
    // differs             x   6     another difference that the log knows nothing of
    // copied        2     5
    [SkippableFact]
    public async Task Power_cut_leaves_the_regions_that_were_being_written_dirty_and_only_they_are_copied()
    {
        const int region = 512 * SectorBytes;
        var old = TempDirectory.Bytes(8 * region, 1);
        var other = old.ToArray();
        other[6 * region] ^= 1;
        var log = MakeLog(new MirrorLogCase("all clean", ""));
        string[] disks = [Write("leg-0", old), Write("leg-1", other), Write("log", log)];

        await using (var vm = await KernelVm.StartAsync(KernelScript.Mirror("mirror-cut"), disks))
        {
            await vm.WaitForAsync("now");
            await vm.KillAsync();
            Assert.Equal(["3", "0 4096 mirror 2 254:0 253:0 8/8 1 AA 3 disk 254:32 A", "now"], vm.Lines);
        }

        log = File.ReadAllBytes(disks[2]);
        Assert.Equal("version 2, 8 regions, bits DB00000000000000", Describe(log));
        AssertRestIsAsBefore(log);
        Assert.Equal(other, File.ReadAllBytes(disks[1]));
        var written = File.ReadAllBytes(disks[0]);

        var table = "0 4096 mirror disk 2 /dev/vdc 512 2 /dev/vda 0 /dev/vdb 0";
        var result = await KernelVm.RunAsync(
            KernelScript.Mirror("mirror", $"create m --table '{table}'; in_sync; status; dmsetup remove m"), disks);

        Assert.Equal(["0 4096 mirror 2 254:0 254:16 8/8 1 AA 3 disk 254:32 A"], result.Lines);
        written.AsSpan(2 * region, region).CopyTo(other.AsSpan(2 * region));
        written.AsSpan(5 * region, region).CopyTo(other.AsSpan(5 * region));
        Assert.Equal(other, File.ReadAllBytes(disks[1]));
        Assert.Equal("version 2, 8 regions, bits FF00000000000000", Describe(File.ReadAllBytes(disks[2])));
    }

    private static byte[] MakeLog(MirrorLogCase mirror)
    {
        var log = Enumerable.Repeat(Filler, LogBytes).ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(log, mirror.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(log.AsSpan(4), mirror.Version);
        BinaryPrimitives.WriteUInt64LittleEndian(log.AsSpan(8), mirror.Regions);
        BinaryPrimitives.WriteUInt64LittleEndian(log.AsSpan(BitsOffset), mirror.Bits);
        return log;
    }

    private static string Describe(ReadOnlySpan<byte> log)
    {
        Assert.Equal("rRiM"u8, log[..4]);
        var version = BinaryPrimitives.ReadUInt32LittleEndian(log[4..]);
        var regions = BinaryPrimitives.ReadUInt64LittleEndian(log[8..]);
        return $"version {version}, {regions} regions, bits {Convert.ToHexString(log.Slice(BitsOffset, 8))}";
    }

    /// <summary>The unused part of the header, and all that comes after the bits.</summary>
    private static void AssertRestIsAsBefore(ReadOnlySpan<byte> log)
    {
        Assert.Equal(-1, log[16..BitsOffset].IndexOfAnyExcept(Filler));
        Assert.Equal(-1, log[(BitsOffset + 8)..].IndexOfAnyExcept(Filler));
    }

    /// <summary>The regions that are as in the source now; a region is copied whole or not at all, up to the end of the
    /// mirror.</summary>
    private static string Copied(byte[] source, byte[] stale, byte[] target, int start, int sectors)
    {
        var copied = new List<int>();
        for (var region = 0; region < MirrorBytes / RegionBytes; region++)
        {
            var offset = start + (region * RegionBytes);
            var inside = Math.Min(RegionBytes, start + (sectors * SectorBytes) - offset);
            var isCopied = target.AsSpan(offset, inside).SequenceEqual(source.AsSpan(offset, inside));
            Assert.Equal((isCopied ? source : stale).AsSpan(offset, inside), target.AsSpan(offset, inside));
            var (past, pastBytes) = (offset + inside, RegionBytes - inside);
            Assert.Equal(stale.AsSpan(past, pastBytes), target.AsSpan(past, pastBytes));
            if (isCopied)
            {
                copied.Add(region);
            }
        }

        return copied is [] ? "none" : string.Join(' ', copied);
    }

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(_directory[name], bytes);
        return _directory[name];
    }
}
