using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.TestKit.Tests;

public sealed class DecoratorTests
{
    private readonly ArrayBlockDevice _array = new(64 * 512);

    [Fact]
    public async Task Counts_tell_requests_bytes_and_what_was_in_flight_at_once()
    {
        await using var gated = new GatedBlockDevice(_array, DeviceOperation.Write);
        await using var device = new CountingBlockDevice(gated);
        var writes = Enumerable.Range(0, 3)
            .Select(index => device.WriteAsync(index * 512, new byte[512], WriteDurability.Cached, default).AsTask())
            .ToList();
        Assert.Equal(3, device[DeviceOperation.Write].InFlight);

        gated.Waiting[0].Fail(new DeviceCrashException("as the test says"));
        await Assert.ThrowsAsync<DeviceCrashException>(() => writes[0]);
        gated.OpenGate();
        await Task.WhenAll(writes[1..]);
        await device.FlushAsync(0, default);
        await device.DropCacheAsync(0, 512, default);

        Assert.Equal(new DeviceCounts(3, 2, 1, 1024) { MaxInFlight = 3 }, device[DeviceOperation.Write]);
        Assert.Equal(new DeviceCounts(1, 1, 0, 0) { MaxInFlight = 1 }, device[DeviceOperation.Flush]);
        Assert.Equal(1, device.CacheDrops);
        Assert.IsNotAssignableFrom<IInlineBlockDevice>(CountingBlockDevice.Over(_array));
    }

    [Fact]
    public async Task Counts_include_inline_requests_of_a_device_that_takes_them()
    {
        await using var device = CountingBlockDevice.Over(new MemoryBlockDevice(1.MiB));
        var inline = Assert.IsAssignableFrom<IInlineBlockDevice>(device);

        inline.Write(0, new byte[4096], WriteDurability.Cached);
        inline.Read(0, new byte[512]);
        await device.ReadAsync(512, new byte[512], default);
        Assert.Throws<DeviceException>(() => inline.Read(1024 * 1024, new byte[512]));

        Assert.False(inline.WaitsForMedium);
        Assert.Equal(new DeviceCounts(1, 1, 0, 4096) { MaxInFlight = 1 }, device[DeviceOperation.Write]);
        Assert.Equal(new DeviceCounts(3, 2, 1, 1024) { MaxInFlight = 1 }, device[DeviceOperation.Read]);
    }

    [Fact]
    public async Task Limited_device_offers_less_and_keeps_the_contract_of_what_is_left()
    {
        _array.Bytes.AsSpan().Fill(1);
        await using var device = new LimitedBlockDevice(_array)
        {
            Without = BlockDeviceAbilities.WriteZeroes | BlockDeviceAbilities.BlockStatus,
            LogicalBlockSize = 4096,
        };

        Assert.Equal(4096, device.Geometry.LogicalBlockSize);
        Assert.Equal(BlockDeviceAbilities.Discard, device.Geometry.Abilities);
        await device.WriteZeroesAsync(4096, 4096, default);
        Assert.Equal(4096, _array.Bytes.Count(value => value == 0));
        Assert.Equal([new BlockExtent(0, 8192, BlockStatus.Data)], await device.GetBlockStatusAsync(0, 8192, default));
        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.ReadAsync(512, new byte[512], default).AsTask());
        Assert.Equal(DeviceErrorKind.InvalidRequest, failure.Kind);
    }

    [Fact]
    public async Task Device_without_byte_granularity_takes_whole_sectors_and_an_odd_end()
    {
        await using var device = new LimitedBlockDevice(new MemoryBlockDevice(new ByteCount(1000)))
        {
            Without = BlockDeviceAbilities.ByteGranular,
        };

        Assert.Equal(512, device.Geometry.LogicalBlockSize);
        Assert.False(device.Geometry.Can(BlockDeviceAbilities.ByteGranular));
        await device.ReadAsync(512, new byte[488], default);
        await Assert.ThrowsAsync<DeviceException>(() => device.ReadAsync(0, new byte[100], default).AsTask());
    }

    [Fact]
    public async Task Read_only_device_refuses_whatever_changes_it()
    {
        await using var device = new LimitedBlockDevice(_array) { IsReadOnly = true };

        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => device.WriteAsync(0, new byte[512], WriteDurability.Cached, default).AsTask());

        Assert.Equal(DeviceErrorKind.ReadOnly, failure.Kind);
        await Assert.ThrowsAsync<DeviceException>(() => device.WriteZeroesAsync(0, 512, default).AsTask());
        await device.ReadAsync(0, new byte[512], default);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(3, 1)]
    [InlineData(5, 30)]
    [InlineData(4093, 9000)]
    public void Pattern_depends_on_position_alone(int offset, int length)
    {
        var whole = TestPatterns.Create(0, 16384, 5);

        Assert.Equal(whole[offset..(offset + length)], TestPatterns.Create(offset, length, 5));
        Assert.Null(TestPatterns.FirstDifference(whole.AsSpan(offset, length), offset, 5));
        Assert.NotNull(TestPatterns.FirstDifference(whole.AsSpan(offset, length), offset, 6));
        whole[offset + length - 1] ^= 1;
        Assert.Equal(
            offset + length - 1, TestPatterns.FirstDifference(whole.AsSpan(offset, length), offset, 5));
    }

    [Fact]
    public async Task Comparison_names_the_first_byte_that_differs()
    {
        await using var left = new ArrayBlockDevice(1024 * 1024);
        await using var right = new ArrayBlockDevice(1024 * 1024);
        await using var shorter = new ArrayBlockDevice(700 * 1024, blockSize: 4096);
        foreach (var device in new[] { left, right, shorter })
        {
            await TestPatterns.FillDeviceAsync(device, 1);
            Assert.Null(await TestPatterns.FirstDifferenceAsync(device, 1));
        }

        Assert.Null(await DeviceComparer.FirstDifferenceAsync(left, right));
        Assert.Equal(700 * 1024, await DeviceComparer.FirstDifferenceAsync(left, shorter));
        right.Bytes[300_001] ^= 0x80;
        right.Bytes[900_000] ^= 0x80;
        Assert.Equal(300_001, await DeviceComparer.FirstDifferenceAsync(left, right));
        Assert.Equal(300_001, await TestPatterns.FirstDifferenceAsync(right, 1));
    }

    [Fact]
    public async Task Pattern_device_reads_its_pattern_and_finds_data_in_the_wrong_place()
    {
        await using var device = new PatternBlockDevice(10_000, seed: 3);
        var buffer = new byte[1024];

        await device.ReadAsync(9728, buffer.AsMemory(0, 512), default);
        Assert.Null(TestPatterns.FirstDifference(buffer.AsSpan(0, 272), 9728, 3));
        Assert.All(buffer[272..512], value => Assert.Equal(0, value));

        await device.ReadAsync(2048, buffer, default);
        await device.WriteAsync(2048, buffer, WriteDurability.Cached, default);
        Assert.Null(device.FirstMismatch);
        await device.WriteAsync(4096, buffer, WriteDurability.Cached, default);
        Assert.Equal(4096, device.FirstMismatch);
        Assert.Equal(2048, device.BytesWritten);
        await Assert.ThrowsAsync<DeviceException>(() => device.ReadAsync(9728, buffer, default).AsTask());
    }
}
