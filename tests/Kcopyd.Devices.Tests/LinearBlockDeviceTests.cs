using Kcopyd.Core;

namespace Kcopyd.Devices.Tests;

public sealed class LinearBlockDeviceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_across_seams_is_split(bool inline)
    {
        // linear   0 1 | 2 3 4 | 5 (300 bytes)
        // parts    a: 6-7, b: 1-3, c: 0
        await using var a = new MemoryBlockDevice(new ByteCount(8 * 512));
        await using IBlockDevice b = inline
            ? new MemoryBlockDevice(new ByteCount(4 * 512))
            : new FlushingBlockDevice(new ByteCount(4 * 512));
        await using var c = new MemoryBlockDevice(new ByteCount(300));
        await using var linear = Create(Region(a, 6, 2), Region(b, 1, 3), IoRegion.Whole(c));
        var content = Devices.Bytes(6 * 512, seed: 1);
        Assert.Equal(inline, linear is IInlineBlockDevice);
        Assert.Equal((5 * 512) + 300, linear.Geometry.LengthBytes);

        await linear.WriteAsync(0, content, WriteDurability.Cached, default);

        Assert.Equal(content[..1024], (await Devices.ReadAllAsync(a))[(6 * 512)..]);
        Assert.Equal(content[1024..2560], (await Devices.ReadAllAsync(b))[512..]);
        Assert.Equal(content[2560..2860], await Devices.ReadAllAsync(c));
        var back = new byte[6 * 512];
        await linear.ReadAsync(0, back, default);
        Assert.Equal(content[..2860], back[..2860]);
        Assert.All(back[2860..], padding => Assert.Equal(0, padding));
        if (linear is IInlineBlockDevice device)
        {
            device.Write(512, content.AsSpan(0, 2048), WriteDurability.Cached);
            device.Read(512, back.AsSpan(0, 2048));
            Assert.Equal(content[..2048], back[..2048]);
        }
    }

    [Fact]
    public async Task Zeroes_and_status_and_location_go_through_the_parts()
    {
        await using var a = new MemoryBlockDevice(1.MiB);
        await using var b = new MemoryBlockDevice(1.MiB);
        await using var linear = Create(IoRegion.Whole(a), Region(b, 1024, 1024));
        await linear.WriteAsync(0, Devices.Bytes(1_572_864, seed: 1), WriteDurability.Cached, default);

        await linear.WriteZeroesAsync(1_048_576 - 65_536, 131_072, default);
        var extents = await linear.GetBlockStatusAsync(1_048_576 - 65_536, 200_000, default);

        Assert.Equal([new BlockExtent(1_048_576 - 65_536, 65_536, BlockStatus.Hole)], extents);
        Assert.Equal(
            [a.Locate(1_048_576 - 512, 512)[0], b.Locate(524_288, 512)[0]], linear.Locate(1_048_576 - 512, 1024));
    }

    [Fact]
    public async Task Flush_goes_once_to_every_device()
    {
        await using var a = new FlushingBlockDevice(1.MiB);
        await using var b = new FlushingBlockDevice(1.MiB);
        await using var linear = Create(Region(a, 0, 10), IoRegion.Whole(b), Region(a, 10, 10));

        await linear.FlushAsync(linear.WriteEpoch, default);

        Assert.Equal((1, 1), (a.Flushes, b.Flushes));
    }

    [Fact]
    public async Task Failed_flush_of_one_part_ends_the_epoch_of_the_whole()
    {
        await using var a = new FlushingBlockDevice(1.MiB);
        await using var b = new FlushingBlockDevice(1.MiB);
        await using var linear = Create(IoRegion.Whole(a), IoRegion.Whole(b));
        var epoch = linear.WriteEpoch;
        b.FailFlush = true;

        var failure = await Devices.FailsAsync(DeviceErrorKind.Io, () => linear.FlushAsync(epoch, default).AsTask());
        await Devices.FailsAsync(
            DeviceErrorKind.UnflushedWritesLost, () => linear.FlushAsync(epoch, default).AsTask());

        Assert.Equal("linear:test", failure.Device);
        Assert.Contains(b.Identity.Uri, failure.Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1), (a.Flushes, b.Flushes));
        await linear.FlushAsync(linear.WriteEpoch, default);
    }

    [Fact]
    public async Task Epoch_that_a_part_ended_by_itself_has_ended()
    {
        await using var a = new FlushingBlockDevice(1.MiB);
        await using var b = new FlushingBlockDevice(1.MiB);
        await using var linear = Create(IoRegion.Whole(a), IoRegion.Whole(b));
        var epoch = linear.WriteEpoch;

        b.EndEpoch();

        Assert.NotEqual(epoch, linear.WriteEpoch);
        await Devices.FailsAsync(
            DeviceErrorKind.UnflushedWritesLost, () => linear.FlushAsync(epoch, default).AsTask());
        Assert.Equal((0, 0), (a.Flushes, b.Flushes));
    }

    [Fact]
    public async Task Failure_of_a_part_is_reported_at_its_place_in_the_whole()
    {
        await using var a = new MemoryBlockDevice(1.MiB);
        await using var b = new FlushingBlockDevice(1.MiB) { BadByte = 9000 };
        await using var linear = Create(IoRegion.Whole(a), Region(b, 16, 32));

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.Io,
            () => linear.WriteAsync((1 << 20) - 512, new byte[4096], WriteDurability.Cached, default).AsTask());

        Assert.Equal((1 << 20) + 9000 - 8192, failure.Offset);
        Assert.Equal(5, failure.Errno);
        Assert.Contains("at byte 9000", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Block_size_is_the_largest_and_seams_must_be_whole_blocks()
    {
        await using var a = new MemoryBlockDevice(1.MiB, logicalBlockSize: 512);
        await using var b = new MemoryBlockDevice(1.MiB, logicalBlockSize: 4096);
        await using var linear = Create(Region(a, 1, 8), IoRegion.Whole(b));

        Assert.Equal(4096, linear.Geometry.LogicalBlockSize);
        Assert.False(linear.Geometry.Can(BlockDeviceAbilities.ByteGranular));
        Assert.Throws<DeviceException>(() => Create(Region(a, 0, 1), IoRegion.Whole(b)));
        Assert.Throws<DeviceException>(() => Create(Region(b, 1, 8)));
        Assert.Throws<DeviceException>(() => Create(Region(b, 0, 9)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_pads_the_last_block_is_not_written_to_what_follows_the_last_part(bool inline)
    {
        // linear   0-7 | 8 . . . . . . .   in blocks of 8 sectors, of which the last holds one
        // parts    a   | b: 0, and b has 15 more
        await using var a = new MemoryBlockDevice(new ByteCount(4096), logicalBlockSize: 4096);
        await using IBlockDevice b = inline
            ? new MemoryBlockDevice(new ByteCount(8192), logicalBlockSize: 512)
            : new FlushingBlockDevice(new ByteCount(8192), logicalBlockSize: 512);
        await using var linear = Create(IoRegion.Whole(a), Region(b, 0, 1));
        var content = Devices.Bytes(8192, seed: 1);

        await linear.WriteAsync(0, content, WriteDurability.Cached, default);
        (linear as IInlineBlockDevice)?.Write(0, content, WriteDurability.Cached);
        await linear.WriteZeroesAsync(4096, 4096, default);
        await linear.WriteAsync(4096, content.AsMemory(4096), WriteDurability.Cached, default);

        var expected = content.ToArray();
        expected.AsSpan(4608).Clear();
        var stored = expected.ToArray();
        stored.AsSpan(0, 4096).Clear();
        Assert.Equal(stored[4096..], (await Devices.ReadAllAsync(b))[..4096]);
        Assert.Equal(new byte[4096], (await Devices.ReadAllAsync(b))[4096..]);
        var back = Devices.Bytes(8192, seed: 2);
        await linear.ReadAsync(0, back, default);
        Assert.Equal(expected, back);
        (linear as IInlineBlockDevice)?.Read(0, back);
        Assert.Equal(expected, back);
        Assert.Equal(
            [new BlockExtent(4608, 512, BlockStatus.Zero)], await linear.GetBlockStatusAsync(4608, 512, default));
        Assert.Equal([.. a.Locate(0, 4096), .. b.Locate(0, 512)], linear.Locate(0, 8192));
    }

    [Fact]
    public async Task Only_the_last_part_may_end_within_a_sector()
    {
        await using var odd = new MemoryBlockDevice(new ByteCount(1000));

        var failure = Assert.Throws<DeviceException>(() => Create(IoRegion.Whole(odd), IoRegion.Whole(odd)));

        Assert.Contains("ends within a sector", failure.Message, StringComparison.Ordinal);
        Assert.Throws<DeviceException>(() => Create());
        Assert.Throws<DeviceException>(() => Create(Region(odd, 1, 2)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Devices_are_disposed_only_when_owned(bool owned)
    {
        await using var part = new FlushingBlockDevice(1.MiB);
        var linear = LinearBlockDevice.Create("linear:test", [IoRegion.Whole(part)], owned);

        await linear.DisposeAsync();
        await linear.DisposeAsync();

        Assert.Equal(owned, part.IsDisposed);
        await Devices.FailsAsync(
            DeviceErrorKind.Closed, () => linear.ReadAsync(0, new byte[512], default).AsTask());
    }

    private static IoRegion Region(IBlockDevice device, long start, long count) =>
        new(device, SectorRange.Create(start, count));

    private static LinearBlockDevice Create(params IoRegion[] parts) =>
        LinearBlockDevice.Create("linear:test", parts, ownsDevices: false);
}
