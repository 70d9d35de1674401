using Akka.Actor;
using Kcopyd.Actors.Copying;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Copying;
using Kcopyd.Devices;
using Kcopyd.Tests.Shared;

namespace Kcopyd.Interop.Tests;

/// <summary>A real disk image, judged by other people's programs.</summary>
public sealed class DiskImageTests : IAsyncLifetime
{
    private const long ImageBytes = 96L << 20;

    private readonly TempDirectory _directory = new();
    private readonly ActorSystem _system = ActorSystem.Create("interop", "akka.loglevel = WARNING");
    private readonly BlockDeviceOpener _opener = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        _directory.Dispose();
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task File_system_copied_to_a_file_and_a_loop_device_is_whole_and_was_read_once(
        bool direct, bool sparse)
    {
        Require.LoopDevices();
        var image = MakeFileSystem();
        var file = _directory["copy.img"];
        using var loop = LoopDevice.Attach(_directory.Sparse("disk.img", ImageBytes));

        var (result, reads) = await CopyAsync(image, [file, loop.Path], direct, sparse);

        Assert.Equal(CopyOutcome.Completed, result.Outcome);
        Assert.Equal(result.BytesRead, reads.Bytes);
        if (!sparse)
        {
            Assert.Equal(ImageBytes, reads.Bytes);
        }
        else
        {
            Assert.InRange(reads.Bytes, 1, ImageBytes - 1);
        }

        foreach (var copy in new[] { file, loop.Path })
        {
            Shell.Run("cmp", image, copy);
            Shell.Run("e2fsck", "-fn", copy);
        }

        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", image, file);
    }

    [SkippableFact]
    public async Task Files_of_a_copied_file_system_are_the_files_that_went_in()
    {
        Require.Linux();
        var image = MakeFileSystem();
        var copy = _directory["copy.img"];

        await CopyAsync(image, [copy], direct: false, sparse: false);

        var back = _directory["back"];
        Shell.Run("debugfs", "-R", $"dump /folder/file-7 {back}", copy);
        Shell.Run("cmp", _directory["tree/folder/file-7"], back);
    }

    private string MakeFileSystem()
    {
        var tree = Directory.CreateDirectory(_directory["tree/folder"]);
        for (var i = 0; i < 40; i++)
        {
            var length = (i * 37_123) + 1;
            File.WriteAllBytes(Path.Combine(tree.FullName, $"file-{i}"), TempDirectory.Bytes(length, i));
        }

        var image = _directory.Sparse("source.img", ImageBytes);
        Shell.Run("mkfs.ext4", "-q", "-F", "-d", _directory["tree"], image);
        Shell.Run("e2fsck", "-fn", image);
        return image;
    }

    private async Task<(CopyCompleted Result, DeviceCounts Reads)> CopyAsync(
        string image, string[] copies, bool direct, bool sparse)
    {
        var settings = new KcopydClientOptions { PageBudget = 8.MiB };
        await using var client = await KcopydClient.CreateAsync(_system, settings);
        var reading = new BlockDeviceOpenOptions { Direct = direct };
        await using var source = CountingBlockDevice.Over(await _opener.OpenAsync(image, reading, default));
        var targets = new List<IBlockDevice>();
        try
        {
            foreach (var copy in copies)
            {
                var writing = reading with { Access = BlockDeviceAccess.ReadWrite, CreateLengthBytes = ImageBytes };
                targets.Add(await _opener.OpenAsync(copy, writing, default));
            }

            var request = CopyRequest.Copy(IoRegion.Whole(source), [.. targets.Select(IoRegion.Whole)]);
            var options = new CopyOptions { Flush = true, Sparse = sparse };
            var result = await client.CopyAsync(request with { Options = options });
            return (result, source[DeviceOperation.Read]);
        }
        finally
        {
            foreach (var target in targets)
            {
                await target.DisposeAsync();
            }
        }
    }
}
