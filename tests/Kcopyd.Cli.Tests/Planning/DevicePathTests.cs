using Kcopyd.Cli.Planning;

namespace Kcopyd.Cli.Tests.Planning;

public sealed class DevicePathTests
{
    private static readonly string Here = Environment.CurrentDirectory;

    [Theory]
    [InlineData("/dev/sda", "/dev/sda")]
    [InlineData("/a/../b", "/b")]
    [InlineData("file:///a/b", "file:///a/b")]
    [InlineData("null:4GiB", "null:4GiB")]
    [InlineData("nbd://host/disk", "nbd://host/disk")]
    [InlineData("nbd+unix:///disk?socket=/run/s", "nbd+unix:///disk?socket=/run/s")]
    [InlineData("linear:/a@1+2,null:1M", "linear:/a@1+2,null:1M")]
    [InlineData("snapshot:0 8 snapshot /a /b PO 8", "snapshot:0 8 snapshot /a /b PO 8")]
    [InlineData("snapshot:0 8 snapshot-merge /a%2525 /b P 0", "snapshot:0 8 snapshot-merge /a%2525 /b P 0")]
    [InlineData("snapshot:no table", "snapshot:no table")]
    public void What_means_the_same_everywhere_stays(string uri, string absolute) =>
        Assert.Equal(absolute, DevicePath.Absolute(uri));

    [Fact]
    public void A_relative_path_becomes_absolute_in_parts_too()
    {
        Assert.Equal($"{Here}/a.img", DevicePath.Absolute("a.img"));
        Assert.Equal($"linear:{Here}/a.img@8+8,{Here}/b%2Cc", DevicePath.Absolute("linear:a.img@8+8,b%2Cc"));
    }

    [Fact]
    public void The_socket_of_a_server_becomes_absolute_in_parts_too()
    {
        var there = string.Join('/', Here.Split('/').Select(Uri.EscapeDataString));

        Assert.Equal($"nbd+unix:///a?socket={there}/s", DevicePath.Absolute("nbd+unix:///a?socket=s"));
        Assert.Equal(
            $"linear:nbd+unix:///a%2Cb?socket={there.Replace("%", "%25", StringComparison.Ordinal)}/s@8+8,/c",
            DevicePath.Absolute("linear:nbd+unix:///a%2Cb?socket=s@8+8,/c"));
    }

    [Fact]
    public void The_devices_of_a_snapshot_become_absolute()
    {
        Assert.Equal(
            $"snapshot:0 8 snapshot {Here}/a {Here}/b P 0", DevicePath.Absolute("snapshot:0 8 snapshot a b P 0"));
        Assert.Equal(
            "snapshot:0 8 snapshot file:///my%2520disks/a /b P 0",
            DevicePath.Absolute("snapshot:0%208%20snapshot file:///my%2520disks/a /b P 0"));
    }
}
