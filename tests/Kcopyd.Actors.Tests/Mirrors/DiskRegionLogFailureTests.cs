using Kcopyd.Actors.Mirrors;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Mirrors;

public sealed class DiskRegionLogFailureTests
{
    [Theory]
    [InlineData(LogTrust.Strict)]
    [InlineData(LogTrust.Kernel)]
    public async Task Device_that_is_too_small_is_refused_with_both_sizes(LogTrust trust)
    {
        await using var device = new MemoryBlockDevice(new ByteCount(1535));
        await using var log = new DiskRegionLog(device, LogTables.Disk(4), trust);

        var refused = await Assert.ThrowsAsync<MirrorLogException>(() => log.LoadAsync(default));

        Assert.Equal(
            "The log device /dev/log is too small: it has 1535 bytes, and the log of 4 regions takes 1536.",
            refused.Message);
    }

    [Theory]
    [InlineData(
        "4B434F505944210002000000000000",
        "The log device /dev/log holds no dirty log: its magic is 0x504f434b, that of a log is 0x4d695272.")]
    [InlineData(
        "00000000000000000100000000000000",
        "The log device /dev/log holds no dirty log: its magic is 0x00000000, that of a log is 0x4d695272.")]
    [InlineData(
        "7252694D030000000400000000000000",
        "The log device /dev/log holds a dirty log of version 3; versions 1 and 2 can be read.")]
    [InlineData(
        "7252694D020000000100010000000000",
        "The log device /dev/log is damaged or was cut off: it holds a dirty log of 65537 regions, and has no room "
        + "for them in 4096 bytes.")]
    public async Task Head_that_is_not_of_a_good_log_is_refused_and_nothing_is_written(string head, string sentence)
    {
        await using var memory = new MemoryBlockDevice(4.KiB);
        await LogTables.WriteAsync(memory, 0, Convert.FromHexString(head));
        var before = await LogTables.ReadAsync(memory, 4096);
        await using var device = new RecordingBlockDevice(memory);
        await using var log = new DiskRegionLog(device, LogTables.Disk(4, MirrorSync.NoSync), LogTrust.Strict);

        var refused = await Assert.ThrowsAsync<MirrorLogException>(() => log.LoadAsync(default));

        Assert.Equal(sentence, refused.Message);
        Assert.Equal(before, await LogTables.ReadAsync(memory, 4096));
        device.Log.DemandNone(entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write));
    }

    [Fact]
    public async Task Log_of_a_newer_version_counts_as_failed_where_the_kernel_is_followed()
    {
        await using var device = new MemoryBlockDevice(4.KiB);
        await LogTables.WriteAsync(device, 0, Convert.FromHexString("7252694D030000000400000000000000"));
        await LogTables.WriteAsync(device, 1024, [0xFF]);
        await using var log = new DiskRegionLog(device, LogTables.Disk(4), LogTrust.Kernel);

        Assert.Equal(0, (await log.LoadAsync(default)).SetCount);

        Assert.Equal(LogHealth.Failed, log.Status.Health);
    }

    [Fact]
    public async Task Log_that_cannot_be_read_is_refused_and_nothing_is_written()
    {
        await using var memory = new MemoryBlockDevice(4.KiB);
        await using var recorded = new RecordingBlockDevice(memory);
        await using var device = new FaultyBlockDevice(recorded, DeviceFault.At(DeviceOperation.Read, 1));
        await using var log = new DiskRegionLog(device, LogTables.Disk(4), LogTrust.Strict);

        var refused = await Assert.ThrowsAsync<MirrorLogException>(() => log.LoadAsync(default));

        Assert.StartsWith("The log device /dev/log could not be read: ", refused.Message, StringComparison.Ordinal);
        recorded.Log.DemandNone(entry => entry.Is(DeviceLogPhase.Begun, DeviceOperation.Write));
    }

    [Theory]
    [InlineData(DeviceOperation.Write, 'D')]
    [InlineData(DeviceOperation.Flush, 'F')]
    public async Task Log_that_cannot_be_written_at_load_is_refused_or_failed(DeviceOperation operation, char letter)
    {
        await using var memory = new MemoryBlockDevice(4.KiB);
        await using (var good = new DiskRegionLog(memory, LogTables.Disk(4, MirrorSync.NoSync), LogTrust.Strict))
        {
            await good.LoadAsync(default);
        }

        await using var device = new FaultyBlockDevice(memory, new DeviceFault(operation) { Times = 2 });
        await using var strict = new DiskRegionLog(device, LogTables.Disk(4), LogTrust.Strict);
        await Assert.ThrowsAsync<MirrorLogException>(() => strict.LoadAsync(default));
        await using var kernel = new DiskRegionLog(device, LogTables.Disk(4), LogTrust.Kernel);

        Assert.Equal(4, (await kernel.LoadAsync(default)).SetCount);

        Assert.Equal($"3 disk /dev/log {letter}", kernel.Status.ToString());
        await Assert.ThrowsAsync<MirrorLogException>(() => kernel.CommitAsync(LogTables.Commit([1], [])));
    }

    [Theory]
    [InlineData(DeviceOperation.Write, 'D')]
    [InlineData(DeviceOperation.Flush, 'F')]
    public async Task After_a_failure_every_commit_fails_until_all_was_written_anew(
        DeviceOperation operation, char letter)
    {
        await using var memory = new MemoryBlockDevice(4.KiB);
        await using var device = new FaultyBlockDevice(memory, DeviceFault.At(operation, 3));
        await using var log = new DiskRegionLog(device, LogTables.Disk(4, MirrorSync.NoSync), LogTrust.Strict);
        await log.LoadAsync(default);

        await Assert.ThrowsAsync<MirrorLogException>(() => log.CommitAsync(LogTables.Commit([1], [])));
        Assert.Equal($"3 disk /dev/log {letter}", log.Status.ToString());
        await Assert.ThrowsAsync<MirrorLogException>(() => log.CommitAsync(LogTables.Commit([], [])));

        var now = DiskRegionLogTests.Bits(4, false);
        now.Set(3);
        await log.RewriteAsync(now);
        await log.CommitAsync(LogTables.Commit([3], [0]));

        Assert.Equal("3 disk /dev/log A", log.Status.ToString());
        Assert.Equal([0L], LogTables.Clean(await DiskRegionLogTests.LoadAgainAsync(memory, 4)));
    }

    [Fact]
    public async Task Lost_write_epoch_fails_the_next_mark_and_no_clean_mark_before_it()
    {
        await using var memory = new MemoryBlockDevice(4.KiB);
        await using var device = new FaultyBlockDevice(memory, FaultPlan.None);
        await using var log = new DiskRegionLog(device, LogTables.Disk(4), LogTrust.Strict);
        await log.LoadAsync(default);
        device.EndWriteEpoch();

        await log.CommitAsync(LogTables.Commit([], [1, 2]));
        await Assert.ThrowsAsync<MirrorLogException>(() => log.CommitAsync(LogTables.Commit([1], [])));
        Assert.Equal(LogHealth.FlushFailed, log.Status.Health);

        // A write that fails as well does not hide it.
        await Assert.ThrowsAsync<MirrorLogException>(() => log.CommitAsync(LogTables.Commit([2], [])));
        Assert.Equal(LogHealth.FlushFailed, log.Status.Health);
        await log.RewriteAsync(DiskRegionLogTests.Bits(4, true));
        await log.CommitAsync(LogTables.Commit([2], []));
        Assert.Equal([0L, 1, 3], LogTables.Clean(await DiskRegionLogTests.LoadAgainAsync(memory, 4)));
    }

    [Fact]
    public async Task Rewriting_that_fails_leaves_the_log_failed()
    {
        await using var memory = new MemoryBlockDevice(4.KiB);
        await using var device = new FaultyBlockDevice(
            memory, new DeviceFault(DeviceOperation.Write) { FromNumber = 3, Times = 2 });
        await using var log = new DiskRegionLog(device, LogTables.Disk(4, MirrorSync.NoSync), LogTrust.Strict);
        await log.LoadAsync(default);
        await Assert.ThrowsAsync<MirrorLogException>(() => log.CommitAsync(LogTables.Commit([1], [])));

        await Assert.ThrowsAsync<MirrorLogException>(() => log.RewriteAsync(DiskRegionLogTests.Bits(4, true)));

        Assert.Equal(LogHealth.Failed, log.Status.Health);
        await Assert.ThrowsAsync<MirrorLogException>(() => log.CommitAsync(LogTables.Commit([1], [])));
    }

    /// <summary>Writes stop after every sector in turn; what is left never calls a region clean that was not.</summary>
    [Fact]
    public async Task Torn_load_of_a_foreign_device_leaves_no_clean_region()
    {
        const int regions = 12_000;
        var garbage = TestPatterns.Create(0, 4096, 5);
        for (var sectors = 0; sectors <= 5; sectors++)
        {
            await using var memory = new MemoryBlockDevice(4.KiB);
            await LogTables.WriteAsync(memory, 0, garbage);
            var fault = sectors < 4
                ? new DeviceFault(DeviceOperation.Write) { BytesBefore = sectors * Sectors.Size, Times = 9 }
                : new DeviceFault(DeviceOperation.Write) { FromNumber = sectors - 2, Times = 9 };
            await using var device = new FaultyBlockDevice(memory, fault);
            await using var torn = new DiskRegionLog(device, LogTables.Disk(regions), LogTrust.Kernel);
            await torn.LoadAsync(default);

            await using var next = new DiskRegionLog(memory, LogTables.Disk(regions), LogTrust.Kernel);
            Assert.Equal(0, (await next.LoadAsync(default)).SetCount);
        }
    }

    [Fact]
    public async Task Torn_commit_leaves_each_region_as_before_or_as_after()
    {
        const int regions = 12_000;
        for (var sectors = 0; sectors < 3; sectors++)
        {
            await using var memory = new MemoryBlockDevice(4.KiB);
            var fault = new DeviceFault(DeviceOperation.Write) { FromNumber = 3, BytesBefore = sectors * Sectors.Size };
            await using var device = new FaultyBlockDevice(memory, fault);
            var table = LogTables.Disk(regions, MirrorSync.NoSync);
            await using var log = new DiskRegionLog(device, table, LogTrust.Strict);
            await log.LoadAsync(default);

            await Assert.ThrowsAsync<MirrorLogException>(
                () => log.CommitAsync(LogTables.Commit([0, 4096, 8192], [])));

            var left = await DiskRegionLogTests.LoadAgainAsync(memory, regions);
            Assert.Equal(regions - sectors, left.SetCount);
            Assert.Equal([sectors > 0, sectors > 1, false], [!left[0], !left[4096], !left[8192]]);
        }
    }
}
