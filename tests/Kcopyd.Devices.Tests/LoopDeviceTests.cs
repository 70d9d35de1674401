using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

[Collection(LoopDeviceCollection.Name)]
public sealed class LoopDeviceTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TempDirectory _directory = new();

    public LoopDeviceTests()
    {
        Require.LoopDevices();
    }

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Block_device_has_the_size_and_blocks_that_the_kernel_says(bool direct)
    {
        using var loop = LoopDevice.Attach(_directory.Sparse("disk", 4 * MiB), "--sector-size", "4096");

        await using var device = await Devices.OpenAsync(loop.Path, direct: direct);

        Assert.Equal(4 * MiB, device.Geometry.LengthBytes);
        Assert.Equal(4096, device.Geometry.LogicalBlockSize);
        Assert.False(device.Geometry.Can(BlockDeviceAbilities.ByteGranular));
        Assert.False(device is IResizableBlockDevice);
        Assert.Equal(direct, device.WaitsForMedium);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_written_and_flushed_is_in_the_backing_file(bool direct)
    {
        var path = _directory.Sparse("disk", MiB);
        var content = Devices.Bytes(64 * 1024, seed: 7);
        using var loop = LoopDevice.Attach(path);
        await using var device = await Devices.OpenWritableAsync(loop.Path, direct);
        var epoch = device.WriteEpoch;

        await Devices.WriteAsync(device, 512 * 1024, content);
        await device.FlushAsync(epoch, default);
        await Devices.WriteAsync(device, 0, content, WriteDurability.Durable);

        var bytes = await File.ReadAllBytesAsync(path);
        Assert.Equal(content, bytes[(512 * 1024)..(576 * 1024)]);
        Assert.Equal(content, bytes[..(64 * 1024)]);
    }

    [SkippableTheory]
    [InlineData(0, MiB, false)]
    [InlineData(512, 4096, false)]
    [InlineData(4096, 65_536, true)]
    public async Task Zeroes_use_the_block_device_and_change_nothing_else(int offset, int length, bool direct)
    {
        var path = _directory.File("disk", MiB, seed: 3);
        using var loop = LoopDevice.Attach(path);
        var expected = Devices.Bytes(MiB, seed: 3);
        expected.AsSpan(offset, length).Clear();
        await using var device = await Devices.OpenWritableAsync(loop.Path, direct);
        Assert.True(device.Geometry.Can(BlockDeviceAbilities.WriteZeroes));

        await device.WriteZeroesAsync(offset, length, default);

        Assert.Equal(expected, await Devices.ReadAllAsync(device));
        Assert.Equal(
            [new BlockExtent(0, MiB, BlockStatus.Data)], await device.GetBlockStatusAsync(0, MiB, default));
    }

    [SkippableFact]
    public async Task Discard_reaches_the_backing_file()
    {
        var path = _directory.File("disk", MiB, seed: 3);
        using var loop = LoopDevice.Attach(path);
        await using var device = await Devices.OpenWritableAsync(loop.Path);
        Skip.IfNot(device.Geometry.Can(BlockDeviceAbilities.Discard), "this loop device takes no discards");

        await device.DiscardAsync(0, MiB, default);
        await device.FlushAsync(device.WriteEpoch, default);

        Assert.Equal("0", Shell.Run("stat", "--format=%b", path).Trim());
        Assert.Equal(MiB, new FileInfo(path).Length);
    }

    [SkippableFact]
    public async Task Read_only_loop_device_is_refused_to_a_writer()
    {
        using var loop = LoopDevice.Attach(_directory.Sparse("disk", MiB), "--read-only");

        await Devices.FailsAsync(DeviceErrorKind.ReadOnly, () => Devices.OpenWritableAsync(loop.Path));
        await using var device = await Devices.OpenAsync(loop.Path);

        Assert.True(device.Geometry.IsReadOnly);
    }

    [SkippableFact]
    public async Task Mounted_device_is_refused_to_a_writer_and_not_to_a_reader()
    {
        var path = _directory.Sparse("disk", 16 * MiB);
        Shell.Run("mkfs.ext4", "-q", "-F", path);
        using var loop = LoopDevice.Attach(path);
        using var mount = TemporaryMount.Of(loop.Path);

        var failure = await Devices.FailsAsync(DeviceErrorKind.Busy, () => Devices.OpenWritableAsync(loop.Path));
        await using var reader = await Devices.OpenAsync(loop.Path);

        Assert.Contains("mounted", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);
        Assert.Equal(16 * MiB, reader.Geometry.LengthBytes);
    }

    [SkippableFact]
    public async Task Device_with_a_holder_of_ours_is_refused_to_a_second_writer()
    {
        using var loop = LoopDevice.Attach(_directory.Sparse("disk", MiB));
        await using (await Devices.OpenWritableAsync(loop.Path))
        {
            var failure = await Devices.FailsAsync(DeviceErrorKind.Busy, () => Devices.OpenWritableAsync(loop.Path));
            Assert.Contains("O_EXCL", failure.Message, StringComparison.Ordinal);
            await using var reader = await Devices.OpenAsync(loop.Path);
        }

        await using var again = await Devices.OpenWritableAsync(loop.Path);
    }

    [SkippableFact]
    public async Task Partition_is_refused_to_a_writer_while_its_disk_is_written()
    {
        using var loop = LoopDevice.Attach(_directory.Sparse("disk", 4 * MiB));
        var partition = loop.AddPartition(1, startSector: 2048, sectorCount: 1024);
        await using var disk = await Devices.OpenWritableAsync(loop.Path);

        await Devices.FailsAsync(DeviceErrorKind.Busy, () => Devices.OpenWritableAsync(partition));
    }

    [SkippableFact]
    public async Task Loop_device_lives_in_its_backing_file()
    {
        var path = _directory.Sparse("disk", 4 * MiB);
        using var loop = LoopDevice.Attach(path, "--offset", "65536", "--sizelimit", "1048576");
        await using var device = await Devices.OpenAsync(loop.Path);
        await using var file = await Devices.OpenAsync(path);

        var here = Assert.Single(device.Locate(512, 1024));
        var there = Assert.Single(file.Locate(65_536 + 512, 1024));

        Assert.Equal(there, here);
        Assert.Equal(MiB, device.Geometry.LengthBytes);
    }

    [SkippableFact]
    public async Task Partition_of_a_loop_device_over_a_loop_device_lives_in_the_file_at_the_bottom()
    {
        var path = _directory.Sparse("disk", 8 * MiB);
        using var lower = LoopDevice.Attach(path, "--offset", "4096");
        using var upper = LoopDevice.Attach(lower.Path, "--offset", "8192");
        var partition = upper.AddPartition(1, startSector: 100, sectorCount: 200);
        await using var device = await Devices.OpenAsync(partition);
        await using var file = await Devices.OpenAsync(path);

        var here = Assert.Single(device.Locate(0, 200 * 512));
        var there = Assert.Single(file.Locate(4096 + 8192 + 51_200, 200 * 512));

        Assert.Equal(200 * 512, device.Geometry.LengthBytes);
        Assert.Equal(there, here);
        Assert.True(here.Overlaps(Assert.Single(file.Locate(0, 8 * MiB))));
    }

    [SkippableFact]
    public async Task Loop_device_whose_file_was_removed_is_still_resolved()
    {
        var path = _directory.Sparse("disk", MiB);
        await using var file = await Devices.OpenAsync(path);
        using var loop = LoopDevice.Attach(path);
        File.Delete(path);

        await using var device = await Devices.OpenAsync(loop.Path);

        Assert.Equal(file.Locate(0, MiB), device.Locate(0, MiB));
    }

    [SkippableFact]
    public async Task Loop_device_whose_path_leads_to_another_file_is_not_taken_for_that()
    {
        var directory = Directory.CreateDirectory(_directory["hidden"]).FullName;
        var path = _directory.Sparse("hidden/disk", MiB);
        await using var file = await Devices.OpenAsync(path);
        using var loop = LoopDevice.Attach(path);
        Shell.Run("mount", "-t", "tmpfs", "kcopyd-test", directory);
        try
        {
            _directory.Sparse("hidden/disk", MiB);
            await using var other = await Devices.OpenAsync(path);

            await using var device = await Devices.OpenAsync(loop.Path);

            Assert.Equal(file.Locate(0, MiB), device.Locate(0, MiB));
            Assert.NotEqual(other.Locate(0, MiB), device.Locate(0, MiB));
        }
        finally
        {
            Shell.Try("umount", "--lazy", directory);
        }
    }

    [SkippableFact]
    public async Task Identity_of_a_loop_device_is_its_backing_file()
    {
        var first = _directory.Sparse("first", MiB);
        var second = _directory.Sparse("second", MiB);
        using var loop = LoopDevice.AttachApart(first);
        var original = await IdentityOfAsync(loop.Path);
        loop.Reattach(first);
        var same = await IdentityOfAsync(loop.Path);
        loop.Reattach(second);
        var other = await IdentityOfAsync(loop.Path);

        Assert.Null(same.DifferenceFrom(original));
        var difference = other.DifferenceFrom(original);
        Assert.Contains("its backing is", difference, StringComparison.Ordinal);
        Assert.Contains(second, difference, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Identity_of_a_partition_says_which_one()
    {
        using var loop = LoopDevice.Attach(_directory.Sparse("disk", 4 * MiB));
        var one = await IdentityOfAsync(loop.AddPartition(1, startSector: 100, sectorCount: 200));
        var two = await IdentityOfAsync(loop.AddPartition(2, startSector: 300, sectorCount: 200));

        Assert.NotNull(two.DifferenceFrom(one));
        Assert.True(one.Marks.ContainsKey("partition"));
    }

    [SkippableFact]
    public async Task Description_of_a_block_device_is_what_opening_it_finds()
    {
        using var loop = LoopDevice.Attach(_directory.Sparse("disk", 4 * MiB));
        var partition = loop.AddPartition(1, startSector: 100, sectorCount: 200);
        foreach (var path in (string[])[loop.Path, partition])
        {
            await using var device = await Devices.OpenAsync(path);

            var description = await new BlockDeviceOpener().DescribeAsync(path, default);

            Assert.True(description.Exists);
            Assert.False(description.IsResizable);
            Assert.Equal(device.Geometry.LengthBytes, description.LengthBytes);
            Assert.Equal(device.Locate(0, device.Geometry.LengthBytes), description.Storage);
        }
    }

    [SkippableFact]
    public async Task Confirming_notices_that_the_name_leads_to_another_device()
    {
        using var loop = LoopDevice.Attach(_directory.Sparse("disk", MiB));
        using var other = LoopDevice.Attach(_directory.Sparse("other", MiB));
        File.CreateSymbolicLink(_directory["link"], loop.Path);
        await using var device = await Devices.OpenAsync(_directory["link"]);
        await device.ConfirmAsync(default);
        File.Delete(_directory["link"]);
        File.CreateSymbolicLink(_directory["link"], other.Path);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.Vanished, () => device.ConfirmAsync(default).AsTask());

        Assert.Contains("was replaced", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Confirming_notices_that_a_loop_device_has_another_backing_file()
    {
        var path = _directory.Sparse("disk", MiB);
        using var loop = LoopDevice.Attach(path, "--read-only");
        await using var device = await Devices.OpenAsync(loop.Path);
        await device.ConfirmAsync(default);
        File.Move(path, _directory["moved"]);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.Vanished, () => device.ConfirmAsync(default).AsTask());

        Assert.Contains(_directory["moved"], failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Dropped_cache_is_read_from_the_backing_file_again()
    {
        var path = _directory.File("disk", MiB, seed: 1);
        using var loop = LoopDevice.Attach(path);
        await using var device = await Devices.OpenAsync(loop.Path);
        Assert.Equal(Devices.Bytes(MiB, seed: 1), await Devices.ReadAllAsync(device));
        var changed = Devices.Bytes(MiB, seed: 2);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.Write(file, changed, 0);
        }

        await device.DropCacheAsync(0, MiB, default);

        Assert.Equal(changed, await Devices.ReadAllAsync(device));
    }

    [SkippableFact]
    public async Task Misaligned_request_is_refused_with_the_block_size()
    {
        using var loop = LoopDevice.Attach(_directory.Sparse("disk", MiB));
        await using var device = await Devices.OpenAsync(loop.Path);
        using var buffer = new AlignedBuffer(4096);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, () => device.ReadAsync(100, buffer.Memory, default).AsTask());

        Assert.Contains("512 bytes", failure.Message, StringComparison.Ordinal);
        Assert.Equal(100, failure.Offset);
    }

    private static async Task<BlockDeviceIdentity> IdentityOfAsync(string path)
    {
        await using var device = await Devices.OpenAsync(path);
        return device.Identity;
    }
}
