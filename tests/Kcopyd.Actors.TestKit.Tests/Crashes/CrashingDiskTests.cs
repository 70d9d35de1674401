using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests.Crashes;

public sealed class CrashingDiskTests
{
    [Fact]
    public async Task Terabytes_take_memory_only_for_what_is_written()
    {
        var disk = new CrashingDisk("disk", new ByteCount(10L << 40), new PowerSupply(3));
        var device = disk.Open();
        await device.WriteAsync(9L << 40, Enumerable.Repeat((byte)1, 512).ToArray(), WriteDurability.Cached, default);
        await device.FlushAsync(device.WriteEpoch, default);
        await device.WriteZeroesAsync(0, 10L << 40, default);
        var extents = await device.GetBlockStatusAsync(0, 10L << 40, default);
        await device.FlushAsync(device.WriteEpoch, default);

        Assert.Equal(BlockStatus.Hole, Assert.Single(extents).Status);
        disk.Power.Cut();
        var sector = new byte[512];
        disk.Read(9L << 40, sector);
        Assert.Equal(new byte[512], sector);
    }

    [Fact]
    public async Task Writer_is_alone_and_readers_are_not()
    {
        var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(3));
        await using (disk.Open())
        {
            Assert.Throws<DeviceException>(() => disk.Open());
        }

        await using var first = disk.Open(BlockDeviceAccess.Read);
        await using var second = disk.Open(BlockDeviceAccess.Read);
        Assert.Throws<DeviceException>(() => disk.Open());
        var failure = await Assert.ThrowsAsync<DeviceException>(
            async () => await first.WriteAsync(0, new byte[512], WriteDurability.Cached, default));
        Assert.Equal(DeviceErrorKind.ReadOnly, failure.Kind);
    }

    [Fact]
    public async Task Replaced_disk_is_another_and_reset_brings_the_first_back()
    {
        var disk = new CrashingDisk("disk", new ByteCount(4096), new PowerSupply(3));
        disk.Fill(seed: 5);
        var old = disk.Open();

        disk.Replace(new ByteCount(2048));

        await Assert.ThrowsAsync<DeviceException>(async () => await old.ReadAsync(0, new byte[512], default));
        await using (var other = disk.Open())
        {
            Assert.NotNull(other.Identity.DifferenceFrom(old.Identity));
            Assert.Equal(2048, other.Geometry.LengthBytes);
            var sector = new byte[512];
            await other.ReadAsync(0, sector, default);
            Assert.Equal(new byte[512], sector);
        }

        disk.Reset();
        await using var again = disk.Open();
        Assert.Null(again.Identity.DifferenceFrom(old.Identity));
        Assert.Null(await TestPatterns.FirstDifferenceAsync(again, 5));
    }

    [Fact]
    public async Task Reset_restores_what_it_was_filled_with()
    {
        var disk = new CrashingDisk("disk", new ByteCount(10_000), new PowerSupply(1), logicalBlockSize: 1);
        var same = new CrashingDisk("same", new ByteCount(10_000), new PowerSupply(1));
        disk.Fill(seed: 3);
        same.Fill(seed: 3);
        disk.Fill(100, [1, 2, 3]);
        Assert.Equal(100, disk.FirstDifference(same));
        disk.Power.Cut();
        disk.Power.Restore();
        var device = disk.Open();
        await device.WriteAsync(9_000, new byte[7], WriteDurability.Durable, default);
        await device.WriteAsync(5_000, new byte[70], WriteDurability.Cached, default);

        disk.Reset();
        disk.Fill(100, TestPatterns.Create(100, 3, seed: 3));

        Assert.Null(disk.FirstDifference(same));
        Assert.Equal((0, 0), (disk.UnflushedWrites, disk.Flushes));
    }

    [Theory]
    [InlineData(LogOrder.Correct, false)]
    [InlineData(LogOrder.MarkBeforeFlush, true)]
    internal void Works_inside_a_simulated_device(LogOrder order, bool isCaught)
    {
        var loop = new SimulationLoop(0);
        var caught = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            loop.RunUntilIdle();
            loop.Reseed(seed);
            var disk = new CrashingDisk("disk", new ByteCount(LogClient.LengthBytes), new PowerSupply(seed));
            var client = new LogClient(new SimulatedBlockDevice(disk.Open(), loop), order);
            loop.Post(() => _ = client.RunAsync(0));
            var steps = loop.Choose(60);
            loop.Run(() => loop.Steps >= steps || client.IsDone);
            disk.Power.Cut();

            var (count, damaged) = LogClient.Recover((offset, bytes) => disk.Read(offset, bytes));
            caught += damaged is null && count >= client.Acknowledged ? 0 : 1;
        }

        Assert.Equal(isCaught, caught > 0);
    }
}
