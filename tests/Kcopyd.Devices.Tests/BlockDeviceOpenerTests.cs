using Kcopyd.Tests.Shared;

namespace Kcopyd.Devices.Tests;

public sealed class BlockDeviceOpenerTests : IDisposable
{
    private static readonly BlockDeviceOpenOptions ForReading = new();
    private static readonly BlockDeviceOpenOptions ForWriting = new() { Access = BlockDeviceAccess.ReadWrite };

    private readonly TempDirectory _directory = new();
    private readonly BlockDeviceOpener _opener = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("with space")]
    [InlineData("null:4KiB")]
    [InlineData("nbd:export@2+3")]
    [InlineData("100%25,é")]
    public async Task Path_and_file_uri_open_the_file(string name)
    {
        var path = _directory.File(name, 1000);
        var escaped = Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
        foreach (var uri in (string[])[path, $"file://{escaped}"])
        {
            await using var device = await _opener.OpenAsync(uri, ForReading, default);

            Assert.Equal(1000, device.Geometry.LengthBytes);
            Assert.Equal(uri, device.Identity.Uri);
            Assert.Equal(uri, (await _opener.DescribeAsync(uri, default)).Uri);
        }
    }

    [Fact]
    public async Task File_uri_without_an_absolute_path_is_none()
    {
        await Devices.FailsAsync(
            DeviceErrorKind.NotADevice, () => _opener.OpenAsync("file:disk.img", ForReading, default).AsTask());
        await Devices.FailsAsync(
            DeviceErrorKind.NotADevice, () => _opener.OpenAsync("file://host/disk.img", ForReading, default).AsTask());
    }

    [Theory]
    [InlineData("null:4KiB", 4096)]
    [InlineData("null:1000", 1000)]
    [InlineData("null:3s", 1536)]
    public async Task Null_uri_gives_the_size(string uri, long length)
    {
        await using var device = await _opener.OpenAsync(uri, ForReading, default);

        Assert.IsType<NullBlockDevice>(device);
        Assert.Equal(length, device.Geometry.LengthBytes);
        Assert.Equal(uri, device.Identity.Uri);
        Assert.Equal(length, (await _opener.DescribeAsync(uri, default)).LengthBytes);
    }

    [Theory]
    [InlineData("null:")]
    [InlineData("null:many")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("linear:")]
    [InlineData("linear:/a,,/b")]
    [InlineData("linear:/a@x")]
    [InlineData("linear:/a@1+0")]
    [InlineData("linear:/a@-1")]
    public async Task What_is_no_uri_is_no_device(string uri)
    {
        await Devices.FailsAsync(
            DeviceErrorKind.NotADevice, async () => await _opener.OpenAsync(uri, ForReading, default));
        await Devices.FailsAsync(DeviceErrorKind.NotADevice, async () => await _opener.DescribeAsync(uri, default));
    }

    [Fact]
    public async Task Unknown_scheme_is_refused_with_the_known_ones()
    {
        var failure = await Devices.FailsAsync(
            DeviceErrorKind.NotADevice, async () => await _opener.OpenAsync("ndb:export", ForReading, default));

        Assert.Contains("'ndb:'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("file:, linear:, null:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registered_scheme_is_handed_the_whole_uri()
    {
        _opener.RegisterScheme("twice", new NullOfOneSector());

        await using var device = await _opener.OpenAsync("twice:/a:b", ForReading, default);

        Assert.Equal("twice:/a:b", device.Identity.Uri);
        Assert.Throws<ArgumentException>(() => _opener.RegisterScheme("twice", new NullOfOneSector()));
        Assert.Throws<ArgumentException>(() => _opener.RegisterScheme("file", new NullOfOneSector()));
        Assert.Throws<ArgumentException>(() => _opener.RegisterScheme("Upper", new NullOfOneSector()));
        Assert.Throws<ArgumentException>(() => _opener.RegisterScheme("c", new NullOfOneSector()));
        Assert.Throws<ArgumentException>(() => _opener.RegisterScheme("a:b", new NullOfOneSector()));
    }

    [Fact]
    public async Task Linear_uri_joins_regions_of_devices_and_opens_each_once()
    {
        var one = _directory.File("one,@%", 4096, seed: 1);
        var two = _directory.File("two", 1000, seed: 2);
        var escaped = _directory["one%2C%40%25"];
        var uri = $"linear:{escaped}@4+4,null:512,{escaped}@0+2,{two}@1";

        await using var device = await _opener.OpenAsync(uri, ForWriting, default);

        Assert.IsType<InlineLinearBlockDevice>(device);
        Assert.Equal(
            [.. Devices.Bytes(4096, 1)[2048..], .. new byte[512], .. Devices.Bytes(4096, 1)[..1024],
                .. Devices.Bytes(1000, 2)[512..]],
            (await Devices.ReadAllAsync(device)).ToList());
        Assert.Equal(one, _directory["one,@%"]);
        var description = await _opener.DescribeAsync(uri, default);
        Assert.Equal(device.Geometry.LengthBytes, description.LengthBytes);
        Assert.Equal(
            [.. device.Locate(0, 2048), .. device.Locate(2560, 1024), .. device.Locate(3584, 488)],
            description.Storage);
    }

    [Fact]
    public async Task Linear_uri_past_the_end_of_a_device_leaves_nothing_open()
    {
        var path = _directory.File("file", 4096);

        await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest,
            async () => await _opener.OpenAsync($"linear:{path}@4+5", ForWriting, default));
        await Devices.FailsAsync(
            DeviceErrorKind.InvalidRequest, async () => await _opener.DescribeAsync($"linear:{path}@8", default));
        await Devices.FailsAsync(
            DeviceErrorKind.NotFound,
            async () => await _opener.OpenAsync($"linear:{path},{_directory["missing"]}", ForWriting, default));

        await using var device = await _opener.OpenAsync(path, ForWriting, default);
    }

    [Fact]
    public async Task Description_of_a_file_changes_nothing()
    {
        var path = _directory.File("file", 1000);

        var description = await _opener.DescribeAsync(path, default);

        await using var device = await _opener.OpenAsync(path, ForReading, default);
        Assert.True(description is { Exists: true, IsResizable: true, LengthBytes: 1000 });
        Assert.Equal(device.Locate(0, 1000), description.Storage);
    }

    [Fact]
    public async Task File_that_could_be_created_is_described_as_missing()
    {
        var description = await _opener.DescribeAsync(_directory["missing"], default);

        Assert.True(description is { Exists: false, IsResizable: true, LengthBytes: 0, Storage: [] });
        Assert.False(File.Exists(_directory["missing"]));
    }

    [Fact]
    public async Task File_that_could_not_be_created_is_not_found_and_the_directory_is_named()
    {
        var failure = await Devices.FailsAsync(
            DeviceErrorKind.NotFound,
            async () => await _opener.DescribeAsync(_directory["no-such-directory/file"], default));

        Assert.Contains(_directory["no-such-directory"], failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_is_described_as_no_device()
    {
        await Devices.FailsAsync(
            DeviceErrorKind.NotADevice, async () => await _opener.DescribeAsync(_directory.Path, default));
    }

    private sealed class NullOfOneSector : IBlockDeviceOpener
    {
        public ValueTask<IBlockDevice> OpenAsync(
            string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken) =>
            new(new NullBlockDevice(new Core.ByteCount(512), uri));

        public ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken) =>
            new(new BlockDeviceDescription(uri, Exists: true, IsResizable: false, 512, []));
    }
}
