using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

/// <summary>The form of files that other systems than Linux have; it works on Linux as well.</summary>
public sealed class PortableFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task File_is_created_written_flushed_extended_and_read()
    {
        var io = PortableFileOpening.Open(Opening("target", BlockDeviceAccess.ReadWrite, createLength: 1000));
        var content = Devices.Bytes(1024, seed: 1);

        io.Write(0, content, WriteDurability.Durable);
        io.Flush(io.WriteEpoch);
        io.WriteZeroes(512, 100, default);
        io.Resize(2000, shortens: false);
        io.Confirm();

        content.AsSpan(512, 100).Clear();
        var back = new byte[2048];
        io.Read(0, back);
        Assert.Equal(content[..1000], back[..1000]);
        Assert.Equal(2000, io.Geometry.LengthBytes);
        Assert.Equal([new BlockExtent(0, 2000, BlockStatus.Data)], io.GetBlockStatus(0, 2000));
        await io.CloseAsync();
        io.Release();
        Assert.Equal(2000, new FileInfo(_directory["target"]).Length);
    }

    [Fact]
    public void Missing_and_held_files_are_told_apart()
    {
        var path = _directory.File("held", 512);
        using var holder = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Assert.Equal(DeviceErrorKind.Busy, KindOf("held", BlockDeviceAccess.Read));
        Assert.Equal(DeviceErrorKind.NotFound, KindOf("missing", BlockDeviceAccess.ReadWrite));
        Assert.Equal(DeviceErrorKind.NotFound, KindOf("no-directory/file", BlockDeviceAccess.ReadWrite, 512));
        Assert.Equal(DeviceErrorKind.NotADevice, KindOf(".", BlockDeviceAccess.Read));
        Assert.Equal(DeviceErrorKind.NotSupported, KindOf("held", BlockDeviceAccess.Read, direct: true));
    }

    [Fact]
    public void Vanished_file_is_noticed()
    {
        _directory.File("file", 512);
        var io = PortableFileOpening.Open(Opening("file", BlockDeviceAccess.Read));
        File.Delete(_directory["file"]);

        Assert.Equal(DeviceErrorKind.Vanished, Assert.Throws<DeviceException>(io.Confirm).Kind);
        io.Release();
    }

    private DeviceErrorKind KindOf(
        string name, BlockDeviceAccess access, long? createLength = null, bool direct = false) =>
        Assert.Throws<DeviceException>(
            () => PortableFileOpening.Open(Opening(name, access, createLength, direct))).Kind;

    private FileOpening Opening(
        string name, BlockDeviceAccess access, long? createLength = null, bool direct = false) =>
        new(
            _directory[name],
            _directory[name],
            new BlockDeviceOpenOptions { Access = access, Direct = direct, CreateLengthBytes = createLength });
}
