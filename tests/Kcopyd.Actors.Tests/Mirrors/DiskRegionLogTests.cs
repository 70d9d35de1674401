using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Mirrors;

public sealed class DiskRegionLogTests
{
    /// <summary>Regions whose bits fill the second and a part of the third KiB.</summary>
    private const int ManyRegions = 12_000;

    [Fact]
    public async Task M9_log_has_the_bytes_that_the_kernel_writes_and_keeps_those_it_does_not_use()
    {
        await using var device = new MemoryBlockDevice(4.KiB);
        var unused = TestPatterns.Create(0, 1008, 7);
        await LogTables.WriteAsync(device, 16, unused);
        await using var log = new DiskRegionLog(device, LogTables.Disk(4, MirrorSync.NoSync), LogTrust.Kernel);
        await log.LoadAsync(default);

        await log.CommitAsync(LogTables.Commit([2], []));

        var bytes = await LogTables.ReadAsync(device, 1536);
        Assert.Equal("7252694D020000000400000000000000", Convert.ToHexString(bytes.AsSpan(0, 16)));
        Assert.Equal(unused, bytes[16..1024]);
        Assert.Equal(0x0B, bytes[1024]);
        Assert.All(bytes[1025..], next => Assert.Equal(0, next));
    }

    [Fact]
    public async Task M10_what_a_mirror_grew_by_is_not_clean_and_what_it_shrank_by_is_cleared()
    {
        await using var device = new MemoryBlockDevice(4.KiB);
        await using (var first = new DiskRegionLog(device, LogTables.Disk(100, MirrorSync.NoSync), LogTrust.Strict))
        {
            Assert.Equal(100, (await first.LoadAsync(default)).SetCount);
        }

        await using (var grown = new DiskRegionLog(device, LogTables.Disk(150), LogTrust.Strict))
        {
            Assert.Equal(LogTables.Range(0, 100), LogTables.Clean(await grown.LoadAsync(default)));
        }

        await using var shrunk = new DiskRegionLog(device, LogTables.Disk(50), LogTrust.Strict);
        Assert.Equal(50, (await shrunk.LoadAsync(default)).SetCount);
        var bytes = await LogTables.ReadAsync(device, 1536);
        Assert.Equal(50, bytes[8]);
        Assert.Equal("FFFFFFFFFFFF0300", Convert.ToHexString(bytes.AsSpan(1024, 8)));
    }

    [Fact]
    public async Task M11_foreign_log_is_overwritten_as_by_the_kernel_and_unreadable_one_counts_as_failed()
    {
        await using var memory = new MemoryBlockDevice(4.KiB);
        await LogTables.WriteAsync(memory, 0, TestPatterns.Create(0, 4096, 3));
        await using var foreign = new DiskRegionLog(memory, LogTables.Disk(100), LogTrust.Kernel);
        Assert.Equal(0, (await foreign.LoadAsync(default)).SetCount);
        Assert.Equal("3 disk /dev/log A", foreign.Status.ToString());
        await foreign.RewriteAsync(Bits(100, true));

        await using var device = new FaultyBlockDevice(memory, DeviceFault.At(DeviceOperation.Read, 1));
        await using var unreadable = new DiskRegionLog(device, LogTables.Disk(100), LogTrust.Kernel);

        Assert.Equal(0, (await unreadable.LoadAsync(default)).SetCount);
        Assert.Equal("3 disk /dev/log D", unreadable.Status.ToString());
        Assert.Empty(LogTables.Clean(await LoadAgainAsync(memory, 100)));

        // It can be written all the same, until that fails too.
        await unreadable.CommitAsync(LogTables.Commit([], [5]));
        Assert.Equal([5L], LogTables.Clean(await LoadAgainAsync(memory, 100)));
        await unreadable.RewriteAsync(Bits(100, true));
        Assert.Equal("3 disk /dev/log A", unreadable.Status.ToString());
    }

    [Fact]
    public async Task M11_log_that_can_neither_be_read_nor_written_fails_every_commit()
    {
        await using var memory = new MemoryBlockDevice(4.KiB);
        await using var device = new FaultyBlockDevice(
            memory, new DeviceFault(DeviceOperation.Read), new DeviceFault(DeviceOperation.Write).Forever());
        await using var log = new DiskRegionLog(device, LogTables.Disk(100), LogTrust.Kernel);

        Assert.Equal(0, (await log.LoadAsync(default)).SetCount);

        Assert.Equal(LogHealth.Failed, log.Status.Health);
        await Assert.ThrowsAsync<MirrorLogException>(() => log.CommitAsync(LogTables.Commit([], [1])));
    }

    [Fact]
    public async Task M12_sync_and_nosync_act_at_every_load_of_a_disk_log()
    {
        await using var device = new MemoryBlockDevice(4.KiB);
        await using var all = new DiskRegionLog(device, LogTables.Disk(70, MirrorSync.NoSync), LogTrust.Strict);
        Assert.Equal(70, (await all.LoadAsync(default)).SetCount);
        await all.CommitAsync(LogTables.Commit([3, 69], []));
        Assert.Equal(68, (await LoadAgainAsync(device, 70)).SetCount);
        Assert.Equal(70, (await all.LoadAsync(default)).SetCount);

        await using var none = new DiskRegionLog(device, LogTables.Disk(70, MirrorSync.Sync), LogTrust.Strict);
        Assert.Equal(0, (await none.LoadAsync(default)).SetCount);
        await none.CommitAsync(LogTables.Commit([], [7]));
        Assert.Equal(0, (await none.LoadAsync(default)).SetCount);
        Assert.Equal(0, (await LoadAgainAsync(device, 70)).SetCount);
    }

    [Fact]
    public async Task M12_core_log_heeds_the_table_when_it_is_made_and_not_when_it_is_loaded_again()
    {
        await using var log = new CoreRegionLog(LogTables.Of(9, MirrorLogSpec.Core(8, MirrorSync.NoSync)));
        Assert.Equal(9, (await log.LoadAsync(default)).SetCount);

        await log.CommitAsync(LogTables.Commit([4, 5], []));

        Assert.Equal([0L, 1, 2, 3, 6, 7, 8], LogTables.Clean(await log.LoadAsync(default)));
        await log.RewriteAsync(Bits(9, false));
        Assert.Equal(0, (await log.LoadAsync(default)).SetCount);
        Assert.Equal("1 core", log.Status.ToString());
        await using var fresh = new CoreRegionLog(LogTables.Of(9, MirrorLogSpec.Core(8)));
        Assert.Equal(0, (await fresh.LoadAsync(default)).SetCount);
    }

    [Fact]
    public async Task Commit_writes_only_blocks_that_changed_neighbours_in_one_and_flushes_only_marks()
    {
        await using var memory = new MemoryBlockDevice(16.KiB);
        await using var device = new RecordingBlockDevice(memory);
        var table = LogTables.Disk(ManyRegions, MirrorSync.NoSync);
        await using var log = new DiskRegionLog(device, table, LogTrust.Strict);
        await log.LoadAsync(default);

        // Bits of regions 0 to 4,095 are in sector 2, the next 4,096 in sector 3, the rest in sector 4.
        Assert.Equal(["Write 2+1", "Write 4+1", "Flush"], await DoneAsync(device, log, [1, 8192], []));
        Assert.Equal(["Write 2+2", "Flush"], await DoneAsync(device, log, [4095, 4096], []));
        Assert.Equal(["Write 2+1", "Write 4+1"], await DoneAsync(device, log, [], [1, 8192]));
        Assert.Equal(["Write 2+1", "Flush"], await DoneAsync(device, log, [1], [1, 4095]));
        Assert.Empty(await DoneAsync(device, log, [1], []));
        Assert.Empty(await DoneAsync(device, log, [], [4095]));
    }

    [Fact]
    public async Task Load_writes_the_head_after_bits_that_it_makes_count_and_nothing_that_is_as_it_was()
    {
        await using var memory = new MemoryBlockDevice(16.KiB);
        await LogTables.WriteAsync(memory, 1024, TestPatterns.Create(0, 2048, 9));
        await using var device = new RecordingBlockDevice(memory);
        await using var log = new DiskRegionLog(device, LogTables.Disk(ManyRegions), LogTrust.Kernel);

        Assert.Equal(0, (await log.LoadAsync(default)).SetCount);
        Assert.Equal(["Write 1+4", "Flush", "Write 0+1", "Flush"], Done(device));

        device.Log.Clear();
        await log.LoadAsync(default);
        Assert.Equal(["Write 0+1", "Flush"], Done(device));
    }

    [Fact]
    public async Task Device_that_begins_with_zeros_and_holds_something_else_is_no_new_log()
    {
        // As ext4: a KiB of zeros, then the superblock.
        await using var memory = new MemoryBlockDevice(16.KiB);
        await LogTables.WriteAsync(memory, 1024, TestPatterns.Create(0, 512, 9));
        await using var device = new RecordingBlockDevice(memory);
        await using var log = new DiskRegionLog(device, LogTables.Disk(4), LogTrust.Strict);

        await Assert.ThrowsAsync<MirrorLogException>(() => log.LoadAsync(default));

        Assert.Empty(Done(device));
    }

    [Fact]
    public async Task Region_in_both_lists_of_a_commit_is_marked()
    {
        await using var device = new MemoryBlockDevice(4.KiB);
        await using var log = new DiskRegionLog(device, LogTables.Disk(9), LogTrust.Strict);
        await log.LoadAsync(default);

        await log.CommitAsync(LogTables.Commit([4], [3, 4, 5]));

        Assert.Equal([3L, 5], LogTables.Clean(await LoadAgainAsync(device, 9)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(512, 2)]
    [InlineData(4096, 3)]
    public async Task Device_holds_the_image_after_every_commit(int blockSize, int seed)
    {
        await using var device = new MemoryBlockDevice(64.KiB, blockSize);
        await using var log = new DiskRegionLog(device, LogTables.Disk(ManyRegions), LogTrust.Strict);
        var expected = await log.LoadAsync(default);
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var commit = new LogCommit(round, [.. Runs(random)], [.. Runs(random)]);
            commit.ApplyTo(expected);

            await log.CommitAsync(commit);

            var bytes = await LogTables.ReadAsync(device, log.Image!.Bytes.Length);
            Assert.True(log.Image.Bytes.Span.SequenceEqual(bytes), $"Round {round} of seed {seed}.");
            Assert.True(expected.Words.SequenceEqual(log.Image.Bits.Words), $"Round {round} of seed {seed}.");
        }

        var again = await LoadAgainAsync(device, ManyRegions);
        Assert.True(expected.Words.SequenceEqual(again.Words));
    }

    internal static async Task<RegionBits> LoadAgainAsync(IBlockDevice device, long regions)
    {
        await using var log = new DiskRegionLog(device, LogTables.Disk(regions), LogTrust.Strict);
        return await log.LoadAsync(default);
    }

    internal static RegionBits Bits(long count, bool clean)
    {
        var bits = new RegionBits(count);
        if (clean)
        {
            bits.SetAll();
        }

        return bits;
    }

    private static IEnumerable<RegionRun> Runs(Random random)
    {
        for (var left = random.Next(4); left > 0; left--)
        {
            var first = random.Next(ManyRegions);
            yield return new RegionRun(first, Math.Min(ManyRegions - 1, first + random.Next(40)));
        }
    }

    private static async Task<IReadOnlyList<string>> DoneAsync(
        RecordingBlockDevice device, DiskRegionLog log, IReadOnlyList<long> marked, IReadOnlyList<long> cleaned)
    {
        device.Log.Clear();
        await log.CommitAsync(LogTables.Commit(marked, cleaned));
        return Done(device);
    }

    private static IReadOnlyList<string> Done(RecordingBlockDevice device) =>
    [
        .. device.Log.Entries
            .Where(entry => entry.Phase == DeviceLogPhase.Completed && entry.Request.Operation != DeviceOperation.Read)
            .Select(entry => entry.Request.Operation == DeviceOperation.Flush
                ? "Flush"
                : $"{entry.Request.Operation} {entry.Request.Range}"),
    ];
}
