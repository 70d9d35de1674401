using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class FileBlockDeviceWriteEpochTests : IDisposable
{
    private const int InputOutput = 5;

    private readonly TempDirectory _directory = new();
    private int _syncs;
    private int _failures;
    private int _closing;

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Failed_flush_ends_the_epoch_and_is_not_repeated(bool direct)
    {
        await using var device = await OpenAsync(_directory.File("target", 8192), direct);
        var epoch = device.WriteEpoch;
        await Devices.WriteAsync(device, 0, Devices.Bytes(4096, seed: 2));
        _failures = 1;

        var failed = await Devices.FailsAsync(DeviceErrorKind.Io, () => device.FlushAsync(epoch, default).AsTask());
        var lost = await Devices.FailsAsync(
            DeviceErrorKind.UnflushedWritesLost, () => device.FlushAsync(epoch, default).AsTask());

        Assert.Equal(InputOutput, failed.Errno);
        Assert.Equal(DeviceOperation.Flush, failed.Operation);
        Assert.Contains("unflushed writes lost", lost.Message, StringComparison.Ordinal);
        Assert.Equal(1, _syncs);
        Assert.NotEqual(epoch, device.WriteEpoch);
    }

    [SkippableFact]
    public async Task Flush_of_the_new_epoch_succeeds_after_rewriting()
    {
        await using var device = await OpenAsync(_directory.File("target", 4096), direct: false);
        _failures = 1;
        await Devices.FailsAsync(DeviceErrorKind.Io, () => device.FlushAsync(device.WriteEpoch, default).AsTask());
        var epoch = device.WriteEpoch;

        await Devices.WriteAsync(device, 0, Devices.Bytes(4096, seed: 3));
        await device.FlushAsync(epoch, default);

        Assert.Equal(epoch, device.WriteEpoch);
        Assert.Equal(2, _syncs);
    }

    [SkippableFact]
    public async Task Epoch_taken_before_the_failure_of_another_user_is_refused_without_a_system_call()
    {
        await using var device = await OpenAsync(_directory.File("target", 4096), direct: false);
        var ours = device.WriteEpoch;
        var theirs = device.WriteEpoch;
        _failures = 1;
        await Devices.FailsAsync(DeviceErrorKind.Io, () => device.FlushAsync(theirs, default).AsTask());
        await device.FlushAsync(device.WriteEpoch, default);
        var before = _syncs;

        await Devices.FailsAsync(
            DeviceErrorKind.UnflushedWritesLost, () => device.FlushAsync(ours, default).AsTask());

        Assert.Equal(before, _syncs);
    }

    [SkippableFact]
    public async Task Of_flushes_side_by_side_none_succeeds_in_an_epoch_whose_flush_failed()
    {
        await using var device = await OpenAsync(_directory.File("target", 4096), direct: false);
        var epoch = device.WriteEpoch;
        _failures = 1;

        var flushes = Enumerable.Range(0, 16).Select(_ => device.FlushAsync(epoch, default).AsTask()).ToArray();
        await Assert.ThrowsAsync<DeviceException>(() => Task.WhenAll(flushes));

        Assert.All(flushes, flush => Assert.True(flush.IsFaulted));
        Assert.Equal(1, _syncs);
    }

    [SkippableTheory]
    [InlineData(1000, true, 2)]
    [InlineData(1024, true, 1)]
    [InlineData(1000, false, 1)]
    public async Task Flush_covers_both_handles_once_the_tail_was_written_past_a_direct_one(
        int length, bool direct, int syncs)
    {
        await using var device = await OpenAsync(_directory.File("target", length), direct);

        await Devices.WriteAsync(device, 0, Devices.Bytes(1024, seed: 2));
        await device.FlushAsync(device.WriteEpoch, default);

        Assert.Equal(syncs, _syncs);
    }

    [SkippableFact]
    public async Task First_flush_of_a_created_file_makes_its_name_durable_too()
    {
        await using var device = await OpenAsync(_directory["created"], direct: false, createLength: 4096);

        await device.FlushAsync(device.WriteEpoch, default);
        await device.FlushAsync(device.WriteEpoch, default);

        Assert.Equal(3, _syncs);
    }

    [SkippableFact]
    public async Task Created_file_whose_directory_was_not_flushed_has_failed_to_flush()
    {
        await using var device = await OpenAsync(_directory["created"], direct: false, createLength: 4096);
        _failures = -2;

        await Devices.FailsAsync(DeviceErrorKind.Io, () => device.FlushAsync(device.WriteEpoch, default).AsTask());
        await device.FlushAsync(device.WriteEpoch, default);

        Assert.Equal(4, _syncs);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Durable_write_needs_no_flush(bool direct)
    {
        var path = _directory.File("target", 5000);
        await using var device = await OpenAsync(path, direct);
        var content = Devices.Bytes(5120, seed: 2);

        await Devices.WriteAsync(device, 0, content, WriteDurability.Durable);

        Assert.Equal(content[..5000], await Devices.ReadAllAsync(device));
        Assert.Equal(0, _syncs);
    }

    [SkippableFact]
    public async Task Read_only_device_flushes_nothing()
    {
        var path = _directory.File("source", 4096);
        await using var device = await FileBlockDevice.OpenAsync(
            new FileOpening(path, path, new BlockDeviceOpenOptions()) { Sync = (_, _) => InputOutput }, default);

        await device.FlushAsync(device.WriteEpoch, default);

        Assert.True(device.Geometry.IsReadOnly);
    }

    [SkippableFact]
    public async Task Dropping_the_cache_in_vain_ends_the_epoch_and_does_not_fail()
    {
        await using var device = await OpenAsync(_directory.File("target", 4096), direct: false);
        var epoch = device.WriteEpoch;
        _failures = 1;

        await device.DropCacheAsync(0, 4096, default);

        Assert.NotEqual(epoch, device.WriteEpoch);
        await Devices.FailsAsync(
            DeviceErrorKind.UnflushedWritesLost, () => device.FlushAsync(epoch, default).AsTask());
    }

    [SkippableTheory]
    [InlineData(28, DeviceErrorKind.NoSpace)]
    [InlineData(122, DeviceErrorKind.NoSpace)]
    [InlineData(5, DeviceErrorKind.Io)]
    public async Task Write_whose_failure_only_closing_reports_fails_the_confirmation(int errno, DeviceErrorKind kind)
    {
        await using var device = await OpenAsync(_directory.File("target", 4096), direct: false);
        var epoch = device.WriteEpoch;
        await device.ConfirmAsync(default);
        _closing = errno;

        var failed = await Devices.FailsAsync(kind, () => device.ConfirmAsync(default).AsTask());

        Assert.Equal(DeviceOperation.Write, failed.Operation);
        Assert.Equal(errno, failed.Errno);
        await Devices.FailsAsync(
            DeviceErrorKind.UnflushedWritesLost, () => device.FlushAsync(epoch, default).AsTask());
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Confirmation_leaves_the_file_open_and_locked(bool direct)
    {
        Require.Linux();
        var path = _directory.File("target", 5000);
        await using var device = await Devices.OpenWritableAsync(path, direct);
        await Devices.WriteAsync(device, 0, Devices.Bytes(5000, seed: 2));

        await device.ConfirmAsync(default);

        Assert.Equal(Devices.Bytes(5000, seed: 2), await Devices.ReadAllAsync(device));
        await Devices.FailsAsync(DeviceErrorKind.Busy, () => Devices.OpenAsync(path));
    }

    /// <summary>fsync that fails <see cref="_failures"/> times; where negative, only the call of that number
    /// fails.</summary>
    private async Task<FileBlockDevice> OpenAsync(string path, bool direct, long? createLength = null)
    {
        Require.Linux();
        var options = new BlockDeviceOpenOptions
        {
            Access = BlockDeviceAccess.ReadWrite,
            Direct = direct,
            CreateLengthBytes = createLength,
        };
        return await FileBlockDevice.OpenAsync(
            new FileOpening(path, path, options)
            {
                Sync = (_, _) =>
                    Interlocked.Increment(ref _syncs) <= _failures || _syncs == -_failures ? InputOutput : 0,
                CloseCopy = file => _closing != 0 ? _closing : LinuxFile.CloseCopy(file),
            },
            default);
    }
}
