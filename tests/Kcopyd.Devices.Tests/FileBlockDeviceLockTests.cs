using System.Diagnostics;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class FileBlockDeviceLockTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Second_writer_in_this_program_is_refused()
    {
        var path = _directory.File("target", 4096);
        await using var first = await Devices.OpenWritableAsync(path);

        var failure = await Devices.FailsAsync(DeviceErrorKind.Busy, () => Devices.OpenWritableAsync(path));

        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task Source_that_is_being_written_is_refused()
    {
        var path = _directory.File("file", 4096);
        await using var writer = await Devices.OpenWritableAsync(path);

        await Devices.FailsAsync(DeviceErrorKind.Busy, () => Devices.OpenAsync(path));
    }

    [Fact]
    public async Task Source_is_shared_by_readers_and_refused_to_a_writer()
    {
        var path = _directory.File("file", 4096);
        await using var first = await Devices.OpenAsync(path);
        await using var second = await Devices.OpenAsync(path);

        await Devices.FailsAsync(DeviceErrorKind.Busy, () => Devices.OpenWritableAsync(path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lock_ends_with_the_device(bool direct)
    {
        var path = _directory.File("file", 4096);
        Require.LinuxIf(direct);
        await (await Devices.OpenWritableAsync(path, direct)).DisposeAsync();

        await using var again = await Devices.OpenWritableAsync(path, direct);
        Assert.Equal(4096, again.Geometry.LengthBytes);
    }

    [SkippableFact]
    public async Task Lock_of_another_program_is_respected_and_the_message_says_what_locks_reach()
    {
        Require.Linux();
        var path = _directory.File("file", 4096);
        string[] arguments = ["--exclusive", path, "sh", "-c", "echo held; cat"];
        using var other = Process.Start(new ProcessStartInfo("flock", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await other.StandardOutput.ReadLineAsync());

        var failure = await Devices.FailsAsync(DeviceErrorKind.Busy, () => Devices.OpenWritableAsync(path));

        Assert.Contains("flock", failure.Message, StringComparison.Ordinal);
        Assert.Contains("other runs of it", failure.Message, StringComparison.Ordinal);
        other.StandardInput.Close();
        await other.WaitForExitAsync();
    }

    [SkippableFact]
    public async Task Other_programs_see_the_lock_of_a_writer()
    {
        Require.Linux();
        var path = _directory.File("file", 4096);
        await using (await Devices.OpenWritableAsync(path))
        {
            Assert.False(Shell.Try("flock", "--nonblock", "--shared", path, "true"));
        }

        Assert.True(Shell.Try("flock", "--nonblock", "--exclusive", path, "true"));
    }

    [Fact]
    public async Task Refused_creation_leaves_the_file_that_was_there()
    {
        var path = _directory.File("file", 4096);
        await using var holder = await Devices.OpenWritableAsync(path);

        await Devices.FailsAsync(DeviceErrorKind.Busy, () => Devices.CreateAsync(path, 512));

        Assert.Equal(4096, new FileInfo(path).Length);
    }
}
