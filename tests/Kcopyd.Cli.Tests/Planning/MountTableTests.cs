using Kcopyd.Cli.Planning;

namespace Kcopyd.Cli.Tests.Planning;

public sealed class MountTableTests
{
    private static readonly string[] Lines =
    [
        "22 1 0:21 / / rw,relatime - overlay overlay rw,lowerdir=/a",
        "23 22 8:1 / /mnt rw shared:1 master:2 - ext4 /dev/sda1 rw",
        @"24 23 7:0 /sub /mnt/my\040disk rw - ext4 /dev/loop0 rw",
        "25 22 8:2 / /mnt rw - ext4 /dev/sda2 rw",
        "broken",
    ];

    [Theory]
    [InlineData("/mnt/a", "/dev/sda2")]
    [InlineData("/mnt", "/dev/sda2")]
    [InlineData("/mnt/my disk/journal.db", "/dev/loop0")]
    [InlineData("/mnt2/a", null)]
    [InlineData("/", null)]
    public void The_deepest_and_last_mount_is_the_one(string path, string? device) =>
        Assert.Equal(device, MountTable.DeviceOf(path, Lines));
}
