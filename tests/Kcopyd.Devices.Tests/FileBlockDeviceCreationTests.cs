using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class FileBlockDeviceCreationTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [InlineData(0, false)]
    [InlineData(1000, false)]
    [InlineData(1000, true)]
    [InlineData(1 << 20, true)]
    public async Task Missing_file_is_created_with_its_length_and_reads_as_zeros(int length, bool direct)
    {
        Require.LinuxIf(direct);
        await using var device = await Devices.CreateAsync(_directory["target"], length, direct);

        Assert.Equal(length, device.Geometry.LengthBytes);
        Assert.Equal(new byte[length], await Devices.ReadAllAsync(device));
        Assert.Equal(length, new FileInfo(_directory["target"]).Length);
    }

    [Fact]
    public async Task File_that_exists_is_opened_as_it_is()
    {
        var path = _directory.File("target", 1000);
        await using var device = await Devices.CreateAsync(path, 5000);

        Assert.Equal(1000, device.Geometry.LengthBytes);
        Assert.Equal(Devices.Bytes(1000, seed: 1), await Devices.ReadAllAsync(device));
    }

    [Fact]
    public async Task File_that_exists_is_refused_to_who_must_create_it()
    {
        var path = _directory.File("target", 1000);

        var failure = await Devices.FailsAsync(DeviceErrorKind.Io, () => Devices.CreateNewAsync(path, 1000));

        Assert.Equal(17, failure.Errno);
        Assert.Equal(Devices.Bytes(1000, seed: 1), await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Created_file_is_removed_while_it_is_open()
    {
        await using var device = await Devices.CreateNewAsync(_directory["target"], 1000);

        await Assert.IsType<RegularFileBlockDevice>(device).RemoveAsync(default);

        Assert.False(File.Exists(_directory["target"]));
    }

    [SkippableFact]
    public async Task Name_that_leads_elsewhere_is_not_removed()
    {
        Require.Linux();
        await using var device = await Devices.CreateNewAsync(_directory["target"], 1000);
        File.Move(_directory.File("other", 1000), _directory["target"], overwrite: true);

        await Devices.FailsAsync(
            DeviceErrorKind.Vanished,
            () => Assert.IsType<RegularFileBlockDevice>(device).RemoveAsync(default).AsTask());

        Assert.Equal(Devices.Bytes(1000, seed: 1), await File.ReadAllBytesAsync(_directory["target"]));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extension_is_taken_back(bool direct)
    {
        Require.LinuxIf(direct);
        var path = _directory.File("target", 1000);
        await using var device = Assert.IsType<RegularFileBlockDevice>(await Devices.OpenWritableAsync(path, direct));
        await device.ExtendAsync(5000, default);

        await device.CutAsync(1000, default);

        Assert.Equal(1000, device.Geometry.LengthBytes);
        await device.DisposeAsync();
        Assert.Equal(Devices.Bytes(1000, seed: 1), await File.ReadAllBytesAsync(path));
    }

    [SkippableFact]
    public async Task Created_file_has_the_mode_that_the_umask_leaves()
    {
        Require.Linux();
        await using var device = await Devices.CreateAsync(_directory["target"], 512);
        Shell.Run("sh", "-c", $": > {_directory["shell"]}");

        Assert.Equal(
            Shell.Run("stat", "--format=%a", _directory["shell"]),
            Shell.Run("stat", "--format=%a", _directory["target"]));
    }

    [SkippableFact]
    public async Task File_whose_length_cannot_be_set_is_not_left_behind()
    {
        Require.Linux();

        await Devices.FailsAsync(
            DeviceErrorKind.NoSpace, () => Devices.CreateAsync(_directory["target"], long.MaxValue));

        Assert.False(File.Exists(_directory["target"]));
    }

    [Fact]
    public async Task Creating_for_reading_is_a_mistake_of_the_caller()
    {
        await Assert.ThrowsAsync<ArgumentException>(
            () => Devices.OpenAsync(_directory["target"], BlockDeviceAccess.Read, direct: false, createLength: 512));

        Assert.False(File.Exists(_directory["target"]));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extension_keeps_the_old_bytes_and_adds_zeros(bool direct)
    {
        Require.LinuxIf(direct);
        var path = _directory.File("target", 1000);
        await using var device = await Devices.OpenWritableAsync(path, direct);
        var content = Devices.Bytes(1024, seed: 5);
        await Devices.WriteAsync(device, 0, content);

        await Assert.IsType<RegularFileBlockDevice>(device).ExtendAsync(5000, default);

        Assert.Equal(5000, device.Geometry.LengthBytes);
        var extended = await Devices.ReadAllAsync(device);
        Assert.Equal(content[..1000], extended[..1000]);
        Assert.Equal(new byte[4000], extended[1000..]);
        var more = Devices.Bytes(5120, seed: 6);
        await Devices.WriteAsync(device, 0, more);
        Assert.Equal(more[..5000], await Devices.ReadAllAsync(device));
        await device.FlushAsync(device.WriteEpoch, default);
        await device.DisposeAsync();
        Assert.Equal(more[..5000], await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Extension_never_shortens()
    {
        await using var device = await Devices.OpenWritableAsync(_directory.File("target", 4096));

        await Assert.IsType<RegularFileBlockDevice>(device).ExtendAsync(100, default);

        Assert.Equal(4096, device.Geometry.LengthBytes);
        Assert.Equal(4096, new FileInfo(_directory["target"]).Length);
    }

    [Fact]
    public async Task Extension_of_a_source_is_refused()
    {
        await using var device = await Devices.OpenAsync(_directory.File("source", 4096));

        await Devices.FailsAsync(
            DeviceErrorKind.ReadOnly,
            () => Assert.IsType<RegularFileBlockDevice>(device).ExtendAsync(8192, default).AsTask());
    }
}
