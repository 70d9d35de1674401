using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class FileBlockDeviceErrorTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Full_file_system_is_no_space_at_the_first_byte_that_failed(bool direct)
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(bytes: 256 * 1024);
        await using var device = await Devices.CreateAsync(mount["target"], 1 << 20, direct);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.NoSpace, () => Devices.WriteAsync(device, 0, Devices.Bytes(1 << 20, seed: 1)));

        Assert.Equal(28, failure.Errno);
        Assert.Contains("no space left on device", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Offset!.Value, 4096, 256 * 1024);
        Assert.False(failure.IsTransient);
        Assert.Equal(DeviceOperation.Write, failure.Operation);
    }

    [SkippableFact]
    public async Task Directory_is_no_device()
    {
        Require.Linux();

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.NotADevice, () => Devices.OpenAsync(_directory.Path));

        Assert.Contains("it is a directory", failure.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(BlockDeviceAccess.Read)]
    [InlineData(BlockDeviceAccess.ReadWrite)]
    public async Task Pipe_is_no_device_and_opening_it_does_not_wait_for_its_other_end(BlockDeviceAccess access)
    {
        Require.Linux();
        Shell.Run("mkfifo", _directory["pipe"]);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.NotADevice, () => Devices.OpenAsync(_directory["pipe"], access));

        Assert.Contains("a named pipe", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Character_device_is_no_device()
    {
        Require.Linux();

        var failure = await Devices.FailsAsync(DeviceErrorKind.NotADevice, () => Devices.OpenAsync("/dev/zero"));

        Assert.Contains("a character device", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_file_is_not_found()
    {
        var failure = await Devices.FailsAsync(
            DeviceErrorKind.NotFound, () => Devices.OpenAsync(_directory["missing"]));

        Assert.Equal(_directory["missing"], failure.Device);
        Assert.Equal(2, failure.Errno);
    }

    [SkippableFact]
    public async Task Missing_directory_is_named()
    {
        Require.Linux();

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.NotFound, () => Devices.CreateAsync(_directory["missing/target"], 512));

        Assert.Contains($"the directory {_directory["missing"]}", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Link_that_leads_nowhere_is_said_to_be_one()
    {
        Require.Linux();
        File.CreateSymbolicLink(_directory["link"], _directory["nowhere"]);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.NotFound, () => Devices.CreateAsync(_directory["link"], 512));

        Assert.Contains("a symbolic link", failure.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task File_made_shorter_while_it_is_read_is_an_error_at_its_new_end(bool direct)
    {
        Require.LinuxIf(direct);
        var path = _directory.File("source", 16_384);
        await using var device = await Devices.OpenAsync(path, direct: direct);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.SetLength(file, 8192);
        }

        using var buffer = new AlignedBuffer(16_384);
        var failure = await Devices.FailsAsync(
            DeviceErrorKind.Io, () => device.ReadAsync(0, buffer.Memory, default).AsTask());

        Assert.Equal(8192, failure.Offset);
        Assert.Contains("made shorter", failure.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(0, 8192)]
    [InlineData(4096, 8192)]
    [InlineData(12_288, 12_288)]
    public async Task Tail_that_a_file_has_lost_since_it_was_opened_is_no_hole(int offset, int end)
    {
        Require.Linux();
        var path = _directory.File("source", 16_384);
        await using var device = await Devices.OpenAsync(path);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.SetLength(file, 8192);
        }

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.Io, () => device.GetBlockStatusAsync(offset, 16_384 - offset, default).AsTask());

        Assert.Equal(end, failure.Offset);
        Assert.Contains("made shorter", failure.Message, StringComparison.Ordinal);
        Assert.Equal(
            [new BlockExtent(0, 8192, BlockStatus.Data)], await device.GetBlockStatusAsync(0, 8192, default));
    }

    [Theory]
    [InlineData(0, 1537)]
    [InlineData(1536, 1)]
    [InlineData(-1, 1)]
    [InlineData(long.MaxValue, 1)]
    public async Task Request_out_of_bounds_is_refused(long offset, int length)
    {
        await using var device = await Devices.OpenWritableAsync(_directory.File("target", 1025));
        using var buffer = new AlignedBuffer(length);

        await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, () => device.ReadAsync(offset, buffer.Memory, default).AsTask());
        await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest,
            () => device.WriteAsync(offset, buffer.Memory, WriteDurability.Cached, default).AsTask());
        await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, () => device.WriteZeroesAsync(offset, length, default).AsTask());

        Assert.Equal(1025, new FileInfo(_directory["target"]).Length);
    }

    [Fact]
    public async Task Device_opened_for_reading_takes_no_writes()
    {
        await using var device = await Devices.OpenAsync(_directory.File("source", 4096));

        await Devices.FailsAsync(DeviceErrorKind.ReadOnly, () => Devices.WriteAsync(device, 0, new byte[512]));
        await Devices.FailsAsync(DeviceErrorKind.ReadOnly, () => device.WriteZeroesAsync(0, 512, default).AsTask());
        await Devices.FailsAsync(DeviceErrorKind.ReadOnly, () => device.DiscardAsync(0, 512, default).AsTask());
    }

    [SkippableFact]
    public async Task File_on_a_read_only_file_system_is_read_only()
    {
        Require.Mounts();
        using var mount = TemporaryMount.Tmpfs(bytes: 1 << 20);
        await File.WriteAllBytesAsync(mount["file"], new byte[512]);
        mount.RemountReadOnly();

        await Devices.FailsAsync(DeviceErrorKind.ReadOnly, () => Devices.OpenWritableAsync(mount["file"]));
        await Devices.FailsAsync(DeviceErrorKind.ReadOnly, () => Devices.CreateAsync(mount["other"], 512));
        await using var source = await Devices.OpenAsync(mount["file"]);

        Assert.Equal(new byte[512], await Devices.ReadAllAsync(source));
    }

    [Fact]
    public async Task Closed_device_refuses_every_call()
    {
        var device = await Devices.OpenWritableAsync(_directory.File("target", 4096));
        await device.DisposeAsync();
        await device.DisposeAsync();

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.Closed, () => Devices.WriteAsync(device, 0, new byte[512]));
        Assert.Equal(DeviceOperation.Write, failure.Operation);
        await Devices.FailsAsync(DeviceErrorKind.Closed, () => device.FlushAsync(device.WriteEpoch, default).AsTask());
        await Devices.FailsAsync(DeviceErrorKind.Closed, () => device.ConfirmAsync(default).AsTask());
        Assert.Throws<DeviceException>(() => device.Read(0, new byte[512]));
    }

    [Fact]
    public async Task Call_cancelled_before_it_began_does_nothing()
    {
        var path = _directory.File("target", 4096);
        await using var device = await Devices.OpenWritableAsync(path);
        var before = await File.ReadAllBytesAsync(_directory.File("same", 4096));
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => device.WriteAsync(0, new byte[4096], WriteDurability.Cached, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => device.WriteZeroesAsync(0, 4096, cancelled).AsTask());

        Assert.Equal(before, await Devices.ReadAllAsync(device));
    }
}
