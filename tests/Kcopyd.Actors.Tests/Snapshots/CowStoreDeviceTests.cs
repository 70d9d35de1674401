using Kcopyd.Actors.Snapshots;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.StoreTables;

namespace Kcopyd.Actors.Tests.Snapshots;

public sealed class CowStoreDeviceTests
{
    [Fact]
    public async Task Content_has_table_status_and_every_area()
    {
        var image = new CowImage(1, 100).Exceptions(Enumerable.Range(0, 40).Select(i => 100L - i));
        await using var cow = image.ToDevice();

        var content = await CowStoreDevice.ReadAsync(cow, Of(16));

        Assert.Equal("0 4096 snapshot /dev/origin /dev/cow P 1", content.Table.ToString());
        Assert.Equal((true, 40L, "43/100 3"), (content.IsValid, content.ExceptionCount, content.Status.ToString()));
        Assert.Equal(
            [new CowArea(0, 1, 32, 32, 69, 100, 2, 33), new CowArea(1, 34, 8, 32, 61, 68, 35, 42)],
            content.Areas.AsEnumerable());
        Assert.Equal(image.Bytes, await BytesAsync(cow));
    }

    [Fact]
    public async Task S13_content_of_an_invalid_store_says_so_and_no_more()
    {
        await using var cow = new CowImage(8, 10).Exceptions(3).Head(1, 0).ToDevice();

        var content = await CowStoreDevice.ReadAsync(cow, Of(8));

        Assert.Equal((false, "Invalid", 0L), (content.IsValid, content.Status.ToString(), content.ExceptionCount));
        Assert.Empty(content.Areas);
    }

    [Fact]
    public async Task S16_formatted_store_has_two_chunks_for_itself()
    {
        await using var cow = new CowImage(8, 64).Exceptions(1, 2, 3).ToDevice();

        var content = await CowStoreDevice.FormatAsync(cow, Of(16));

        Assert.Equal("32/512 32", content.Status.ToString());
        Assert.Equal(content.Status, (await CowStoreDevice.ReadAsync(cow, Of(0))).Status);
        Assert.Equal(16, content.Table.ChunkSectors);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    [InlineData(1048575L)]
    public async Task Data_is_found_in_the_first_MiB(long? at)
    {
        await using var cow = new MemoryBlockDevice(4.MiB);
        cow.Write(at ?? 1048576, [7], WriteDurability.Cached);

        Assert.Equal(at, await CowStoreDevice.FindDataAsync(cow, Of(8)));
    }

    [Theory]
    [InlineData("0 4096 snapshot-origin /dev/origin")]
    [InlineData("0 4096 snapshot /dev/origin /dev/cow N 8")]
    public async Task Table_without_a_store_on_a_device_is_no_argument(string line)
    {
        await using var cow = new MemoryBlockDevice(64.KiB);

        await Assert.ThrowsAsync<ArgumentException>(() => CowStoreDevice.ReadAsync(cow, SnapshotTable.Parse(line)));
    }

    [Fact]
    public async Task Blocks_of_the_origin_count_for_a_new_store()
    {
        await using var origin = new MemoryBlockDevice(1.MiB, 4096);
        await using var cow = new MemoryBlockDevice(1.MiB);

        await Assert.ThrowsAsync<SnapshotTableException>(() => CowStoreDevice.FormatAsync(cow, Of(1), origin));

        Assert.Null(await CowStoreDevice.FindDataAsync(cow, Of(8), origin));
    }
}
