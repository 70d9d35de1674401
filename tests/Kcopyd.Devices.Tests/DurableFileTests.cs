using System.Runtime.Versioning;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class DurableFileTests : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_file_is_made_and_replaced_as_a_whole()
    {
        var path = _files["table"];

        await DurableFile.ReplaceAsync(path, "one and more"u8.ToArray());
        await DurableFile.ReplaceAsync(path, "two"u8.ToArray());

        Assert.Equal("two"u8, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_files.Path));
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_its_owner_reads_it()
    {
        Require.Linux();

        await DurableFile.ReplaceAsync(_files["table"], "one"u8.ToArray());

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_files["table"]));
    }

    [Fact]
    public async Task What_a_crash_left_of_a_new_one_is_in_nobodys_way()
    {
        var path = _files.File("table", 16);
        File.WriteAllBytes($"{path}.new", new byte[1000]);

        await DurableFile.ReplaceAsync(path, "whole"u8.ToArray());

        Assert.Equal("whole"u8, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_files.Path));
    }

    [Fact]
    public async Task A_new_one_that_cannot_be_written_leaves_the_old_one()
    {
        var path = _files.File("table", 16);
        Directory.CreateDirectory($"{path}.new");

        await Assert.ThrowsAnyAsync<Exception>(() => DurableFile.ReplaceAsync(path, "two"u8.ToArray()));

        Assert.Equal(TempDirectory.Bytes(16, 1), File.ReadAllBytes(path));
    }

    [Fact]
    public async Task Cancellation_leaves_the_old_one()
    {
        var path = _files.File("table", 16);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => DurableFile.ReplaceAsync(path, "two"u8.ToArray(), new CancellationToken(canceled: true)));

        Assert.Equal(TempDirectory.Bytes(16, 1), File.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_said() => await Assert.ThrowsAnyAsync<IOException>(
        () => DurableFile.ReplaceAsync(_files["none/table"], "one"u8.ToArray()));

    [Fact]
    public async Task A_path_is_needed() => await Assert.ThrowsAsync<ArgumentException>(
        () => DurableFile.ReplaceAsync(string.Empty, "one"u8.ToArray()));
}
