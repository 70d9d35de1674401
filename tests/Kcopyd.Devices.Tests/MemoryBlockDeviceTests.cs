using Kcopyd.Core;

namespace Kcopyd.Devices.Tests;

public sealed class MemoryBlockDeviceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(1000)]
    [InlineData(65_536)]
    [InlineData(200_000)]
    public async Task What_is_written_is_read_and_the_padding_is_zeros(int length)
    {
        await using var device = new MemoryBlockDevice(new ByteCount(length));
        var padded = (int)Sectors.ToBytes(device.Geometry.LengthSectors);
        var content = Devices.Bytes(padded, seed: 1);

        await device.WriteAsync(0, content, WriteDurability.Cached, default);
        await device.FlushAsync(device.WriteEpoch, default);

        var back = Devices.Bytes(padded, seed: 2);
        device.Read(0, back);
        Assert.Equal(content[..length], back[..length]);
        Assert.All(back[length..], padding => Assert.Equal(0, padding));
    }

    [Fact]
    public async Task Device_is_sparse_and_tells_its_holes()
    {
        await using var device = new MemoryBlockDevice(1024.GiB);

        await device.WriteAsync(512.GiB.Value, Devices.Bytes(512, seed: 1), WriteDurability.Cached, default);
        var extents = await device.GetBlockStatusAsync(512.GiB.Value - 65_536, 3 * 65_536, default);

        Assert.Equal(
            [
                new BlockExtent(512.GiB.Value - 65_536, 65_536, BlockStatus.Hole),
                new BlockExtent(512.GiB.Value, 65_536, BlockStatus.Data),
                new BlockExtent(512.GiB.Value + 65_536, 65_536, BlockStatus.Hole),
            ],
            extents);
    }

    [Fact]
    public async Task Zeroes_and_discards_make_zeros_and_holes()
    {
        await using var device = new MemoryBlockDevice(1.MiB);
        var expected = Devices.Bytes(1 << 20, seed: 1);
        await device.WriteAsync(0, expected, WriteDurability.Cached, default);

        await device.WriteZeroesAsync(1000, 200_000, default);
        await device.DiscardAsync(524_288, 524_288, default);

        expected.AsSpan(1000, 200_000).Clear();
        expected.AsSpan(524_288).Clear();
        Assert.Equal(expected, await Devices.ReadAllAsync(device));
        Assert.Equal(
            [new BlockExtent(524_288, 524_288, BlockStatus.Hole)],
            await device.GetBlockStatusAsync(524_288, 524_288, default));
    }

    [Fact]
    public async Task Block_size_is_enforced_except_at_the_end()
    {
        await using var device = new MemoryBlockDevice(new ByteCount(10_000), logicalBlockSize: 4096);

        await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, () => device.ReadAsync(512, new byte[4096], default).AsTask());
        await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, () => device.ReadAsync(0, new byte[512], default).AsTask());
        await device.ReadAsync(8192, new byte[1808], default);
        await device.ReadAsync(8192, new byte[2048], default);
        await device.ReadAsync(8192, new byte[4096], default);
    }

    [Fact]
    public async Task Two_devices_are_two_storages()
    {
        await using var one = new MemoryBlockDevice(1.MiB);
        await using var two = new MemoryBlockDevice(1.MiB);

        Assert.False(one.Locate(0, 512)[0].Overlaps(two.Locate(0, 512)[0]));
        Assert.NotNull(two.Identity.DifferenceFrom(one.Identity));
    }

    [Fact]
    public async Task Closed_device_refuses_calls_and_out_of_bounds_is_refused()
    {
        var device = new MemoryBlockDevice(1.MiB);
        await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, () => device.WriteZeroesAsync(1 << 20, 512, default).AsTask());
        await device.DisposeAsync();
        await device.DisposeAsync();

        await Devices.FailsAsync(DeviceErrorKind.Closed, () => device.ReadAsync(0, new byte[512], default).AsTask());
        await Devices.FailsAsync(DeviceErrorKind.Closed, () => device.FlushAsync(1, default).AsTask());
    }

    [Fact]
    public async Task Flush_of_another_epoch_is_refused()
    {
        await using var device = new MemoryBlockDevice(1.MiB);

        await Devices.FailsAsync(
            DeviceErrorKind.UnflushedWritesLost, () => device.FlushAsync(device.WriteEpoch + 1, default).AsTask());
    }
}
