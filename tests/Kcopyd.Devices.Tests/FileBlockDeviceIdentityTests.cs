using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class FileBlockDeviceIdentityTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public FileBlockDeviceIdentityTests()
    {
        Require.Linux();
    }

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public async Task Hard_link_and_symbolic_link_are_the_same_device_in_the_same_storage()
    {
        var path = _directory.File("file", 4096);
        Shell.Run("ln", path, _directory["hard"]);
        File.CreateSymbolicLink(_directory["soft"], path);
        await using var device = await Devices.OpenAsync(path);
        foreach (var name in (string[])["hard", "soft"])
        {
            await using var other = await Devices.OpenAsync(_directory[name]);

            Assert.Null(other.Identity.DifferenceFrom(device.Identity));
            Assert.Equal(device.Locate(512, 512), other.Locate(512, 512));
            Assert.Equal(_directory[name], other.Identity.Uri);
        }
    }

    [SkippableFact]
    public async Task Replaced_file_is_another_device()
    {
        var path = _directory.File("file", 4096);
        var was = await IdentityOfAsync(path);
        File.Move(_directory.File("new", 4096), path, overwrite: true);

        var now = await IdentityOfAsync(path);

        Assert.NotNull(now.DifferenceFrom(was));
        Assert.Null(now.LengthDifferenceFrom(was));
    }

    [SkippableFact]
    public async Task File_that_grew_is_the_same_device_of_another_length()
    {
        var path = _directory.File("file", 4096);
        var was = await IdentityOfAsync(path);
        await File.AppendAllTextAsync(path, "more");

        var now = await IdentityOfAsync(path);

        Assert.Null(now.DifferenceFrom(was));
        Assert.Equal("it is 4100 bytes long, not 4096", now.LengthDifferenceFrom(was));
    }

    [SkippableFact]
    public async Task File_is_known_by_file_system_inode_and_birth()
    {
        var identity = await IdentityOfAsync(_directory.File("file", 1));

        Assert.Contains("inode", identity.Marks.Keys);
        Assert.Contains("filesystem", identity.Marks.Keys);
    }

    [SkippableFact]
    public async Task Removed_file_is_confirmed_to_have_vanished()
    {
        var path = _directory.File("file", 4096);
        await using var device = await Devices.OpenAsync(path);
        await device.ConfirmAsync(default);
        File.Delete(path);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.Vanished, () => device.ConfirmAsync(default).AsTask());

        Assert.Contains("removed", failure.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Replaced_file_is_confirmed_to_have_vanished(bool direct)
    {
        var path = _directory.File("file", 4096);
        await using var device = await Devices.OpenWritableAsync(path, direct);
        File.Move(_directory.File("new", 4096), path, overwrite: true);

        var failure = await Devices.FailsAsync(
            DeviceErrorKind.Vanished, () => device.ConfirmAsync(default).AsTask());

        Assert.Contains("replaced", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Renamed_directory_makes_the_name_vanish()
    {
        Directory.CreateDirectory(_directory["directory"]);
        await using var device = await Devices.OpenAsync(_directory.File("directory/file", 4096));
        Directory.Move(_directory["directory"], _directory["elsewhere"]);

        await Devices.FailsAsync(DeviceErrorKind.Vanished, () => device.ConfirmAsync(default).AsTask());
    }

    private static async Task<BlockDeviceIdentity> IdentityOfAsync(string path)
    {
        await using var device = await Devices.OpenAsync(path);
        return device.Identity;
    }
}
