using Kcopyd.Core;

namespace Kcopyd.Devices.Tests;

public sealed class NullBlockDeviceTests
{
    [Fact]
    public async Task Null_device_swallows_writes_and_reads_zeros()
    {
        await using var device = new NullBlockDevice(new ByteCount(1000));
        await device.WriteAsync(0, Devices.Bytes(1024, seed: 1), WriteDurability.Durable, default);
        await device.WriteZeroesAsync(0, 1024, default);
        await device.DiscardAsync(0, 512, default);
        await device.FlushAsync(device.WriteEpoch, default);
        await device.ConfirmAsync(default);

        Assert.Equal(new byte[1000], await Devices.ReadAllAsync(device));
        Assert.Empty(device.Locate(0, 1000));
    }

    [Theory]
    [InlineData(false, BlockStatus.Data)]
    [InlineData(true, BlockStatus.Hole)]
    public async Task Null_device_is_a_hole_only_where_asked_to_be(bool reportsHoles, BlockStatus status)
    {
        await using var device = new NullBlockDevice(1.MiB) { ReportsHoles = reportsHoles };

        Assert.Equal([new BlockExtent(0, 4096, status)], await device.GetBlockStatusAsync(0, 4096, default));
        Assert.Equal(reportsHoles, device.Geometry.Can(BlockDeviceAbilities.BlockStatus));
    }

    [Fact]
    public async Task Null_device_has_an_end()
    {
        await using var device = new NullBlockDevice(1.MiB);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, () => device.ReadAsync(1 << 20, new byte[512], default).AsTask());

        Assert.Equal(1 << 20, failure.Offset);
    }
}
