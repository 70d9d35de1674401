using Kcopyd.Core;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class FileBlockDeviceDirectTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public FileBlockDeviceDirectTests()
    {
        Require.Linux();
    }

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public async Task Misaligned_position_is_refused_with_the_block_size()
    {
        await using var device = await Devices.OpenAsync(_directory.File("source", 65_536), direct: true);
        using var buffer = new AlignedBuffer(4096);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, () => device.ReadAsync(100, buffer.Memory, default).AsTask());

        Assert.Contains($"{device.Geometry.LogicalBlockSize} bytes", failure.Message, StringComparison.Ordinal);
        Assert.True(device.Geometry.Can(BlockDeviceAbilities.ByteGranular));
        Assert.True(device.WaitsForMedium);
    }

    [SkippableFact]
    public async Task Misaligned_buffer_is_refused_with_the_alignment()
    {
        await using var device = await Devices.OpenAsync(_directory.File("source", 65_536), direct: true);
        using var buffer = new AlignedBuffer(8192);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, () => device.ReadAsync(0, buffer.Memory.Slice(1, 4096), default).AsTask());

        Assert.Contains("the buffer is not aligned", failure.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(0, 100)]
    [InlineData(0, 5000)]
    [InlineData(4096, 8193)]
    [InlineData(65_536, 100)]
    [InlineData(65_536, 512)]
    [InlineData(0, 66_048)]
    public async Task Read_may_end_at_any_byte(int offset, int length)
    {
        const int end = 65_636;
        await using var device = await Devices.OpenAsync(_directory.File("source", end), direct: true);
        using var buffer = new AlignedBuffer(length);

        await device.ReadAsync(offset, buffer.Memory, default);

        var valid = Math.Min(length, end - offset);
        Assert.Equal(Devices.Bytes(end, seed: 1)[offset..(offset + valid)], buffer.Memory[..valid].ToArray());
    }

    [SkippableTheory]
    [InlineData(0, 1, WriteDurability.Cached)]
    [InlineData(0, 1000, WriteDurability.Cached)]
    [InlineData(4096, 9001, WriteDurability.Cached)]
    [InlineData(4096, 9001, WriteDurability.Durable)]
    public async Task Write_that_ends_at_any_byte_leaves_what_follows(
        int offset, int length, WriteDurability durability)
    {
        var path = _directory.File("target", 65_536, seed: 1);
        var expected = Devices.Bytes(65_536, seed: 1);
        var content = Devices.Bytes(length, seed: 2);
        content.CopyTo(expected, offset);
        await using (var device = await Devices.OpenWritableAsync(path, direct: true))
        {
            await Devices.WriteAsync(device, offset, content, durability);
            Assert.Equal(expected, await Devices.ReadAllAsync(device));
            await device.FlushAsync(device.WriteEpoch, default);
        }

        Assert.Equal(expected, await File.ReadAllBytesAsync(path));
    }

    [SkippableFact]
    public async Task Odd_ends_and_whole_blocks_of_one_page_side_by_side_all_arrive()
    {
        // sector   0   1   2   3   4   5   6   7
        // write    512 100 512 100 512 100 512 100
        const int pages = 16;
        var path = _directory.File("target", pages * 4096, seed: 1);
        var expected = Devices.Bytes(pages * 4096, seed: 1);
        await using var device = await Devices.OpenWritableAsync(path, direct: true);
        Skip.If(device.Geometry.LogicalBlockSize > Sectors.Size, "needs direct I/O in sectors");
        for (var round = 0; round < 10; round++)
        {
            var content = Devices.Bytes(pages * 4096, seed: 100 + round);
            using var buffer = new AlignedBuffer(content);
            var writes = Enumerable.Range(0, pages * 8).Select(sector =>
            {
                var length = sector % 2 == 0 ? Sectors.Size : 100;
                content.AsSpan(sector * Sectors.Size, length).CopyTo(expected.AsSpan(sector * Sectors.Size));
                return device.WriteAsync(
                    sector * Sectors.Size,
                    buffer.Memory.Slice(sector * Sectors.Size, length),
                    WriteDurability.Cached,
                    default).AsTask();
            });
            await Task.WhenAll(writes);
            Assert.Equal(expected, await Devices.ReadAllAsync(device));
        }

        await device.FlushAsync(device.WriteEpoch, default);
        await device.DisposeAsync();
        Assert.Equal(expected, await File.ReadAllBytesAsync(path));
    }

    [SkippableFact]
    public async Task Writes_of_the_tail_and_before_it_side_by_side_all_arrive()
    {
        // sector   0 ........ 126 127   128 (488 of 512 bytes)
        // page     0 ............  15   16: half of it direct, the rest through the cache
        const int length = (128 * 512) + 488;
        var path = _directory.File("target", length, seed: 1);
        for (var round = 0; round < 40; round++)
        {
            var content = Devices.Bytes(129 * 512, seed: 100 + round);
            await using (var device = await Devices.OpenWritableAsync(path, direct: true))
            {
                Skip.If(device.Geometry.LogicalBlockSize > Sectors.Size, "needs direct I/O in sectors");
                using var buffer = new AlignedBuffer(content);
                var writes = Enumerable.Range(0, 129).Reverse().Select(sector => device.WriteAsync(
                    sector * 512, buffer.Memory.Slice(sector * 512, 512), WriteDurability.Cached, default).AsTask());
                await Task.WhenAll(writes);
                Assert.Equal(content[..length], await Devices.ReadAllAsync(device));
                await device.FlushAsync(device.WriteEpoch, default);
            }

            Assert.Equal(content[..length], await File.ReadAllBytesAsync(path));
        }
    }

    [SkippableFact]
    public async Task Sectors_before_the_tail_survive_the_write_of_the_tail_and_the_other_way_round()
    {
        var path = _directory.File("target", 1000, seed: 1);
        var content = Devices.Bytes(1024, seed: 2);
        var expected = Devices.Bytes(1000, seed: 1);
        await using var device = await Devices.OpenWritableAsync(path, direct: true);
        Skip.If(device.Geometry.LogicalBlockSize > Sectors.Size, "needs direct I/O in sectors");

        await Devices.WriteAsync(device, 512, content[512..]);
        content.AsSpan(512, 488).CopyTo(expected.AsSpan(512));
        Assert.Equal(expected, await Devices.ReadAllAsync(device));
        await Devices.WriteAsync(device, 0, content[..512]);

        Assert.Equal(content[..1000], await Devices.ReadAllAsync(device));
        await device.FlushAsync(device.WriteEpoch, default);
        await device.DisposeAsync();
        Assert.Equal(content[..1000], await File.ReadAllBytesAsync(path));
    }

    [SkippableFact]
    public async Task Inline_calls_do_what_the_asynchronous_ones_do()
    {
        var path = _directory.File("target", 10_000, seed: 1);
        await using var device = await Devices.OpenWritableAsync(path, direct: true);
        using var buffer = new AlignedBuffer(Devices.Bytes(10_240, seed: 2));
        using var back = new AlignedBuffer(10_240);

        device.Write(0, buffer.GetSpan(), WriteDurability.Durable);
        device.Read(0, back.GetSpan());

        Assert.Equal(buffer.Memory[..10_000].ToArray(), back.Memory[..10_000].ToArray());
        Assert.All(back.Memory[10_000..].ToArray(), padding => Assert.Equal(0, padding));
    }
}
