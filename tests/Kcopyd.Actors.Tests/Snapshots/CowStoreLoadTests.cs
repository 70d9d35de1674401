using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.StoreTables;

namespace Kcopyd.Actors.Tests.Snapshots;

public sealed class CowStoreLoadTests
{
    [Fact]
    public async Task S14_empty_device_becomes_a_store_with_the_documented_bytes()
    {
        await using var cow = new MemoryBlockDevice(64.KiB);

        var loaded = await LoadAsync(cow, Of(16).Opening());

        Assert.Equal((true, true, 0L), (loaded.IsNew, loaded.IsValid, loaded.Exceptions.Count));
        var bytes = await BytesAsync(cow);
        Assert.Equal("536E4170010000000100000010000000", Convert.ToHexString(bytes.AsSpan(0, 16)));
        Assert.False(bytes.AsSpan(16).ContainsAnyExcept((byte)0));
        Assert.Equal((32L, 128L, 32L), NumbersOf(loaded));
        Assert.False((await LoadAsync(cow, Of(16).Opening(isWritable: false))).IsNew);
    }

    [Theory]
    [InlineData(512, 512, 32)]
    [InlineData(1, 4096, 32)]
    [InlineData(32768, 512, 64)]
    public async Task New_store_without_a_chunk_size_has_32_sectors_or_a_block(int origin, int cowBlock, int chunk)
    {
        await using var cow = new MemoryBlockDevice(1.MiB, cowBlock);

        var loaded = await LoadAsync(cow, Of(0).Opening(originBlock: origin));

        Assert.Equal(chunk, loaded.Table.ChunkSectors);
        Assert.Equal(chunk, loaded.Store.Layout.ChunkSectors);
    }

    [Fact]
    public async Task S14_chunk_size_of_the_head_counts_more_than_that_of_the_table()
    {
        await using var cow = new CowImage(8, 10).Exceptions(3, 7).ToDevice();

        var loaded = await LoadAsync(cow, Of(32).Opening());

        Assert.Equal("0 4096 snapshot /dev/origin /dev/cow P 8", loaded.Table.ToString());
        Assert.Equal([(3L, 2L), (7, 3)], All(loaded.Exceptions));
        Assert.Equal((32L, 80L, 16L), NumbersOf(loaded));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(31, 0, 31)]
    [InlineData(32, 1, 0)]
    [InlineData(33, 1, 1)]
    [InlineData(70, 2, 6)]
    public async Task S6_areas_are_read_up_to_the_first_that_is_not_full(int exceptions, int area, int committed)
    {
        var image = new CowImage(1, 200).Exceptions(Enumerable.Range(0, exceptions).Select(i => 5L * i));
        await using var cow = image.ToDevice();

        var loaded = await LoadAsync(cow, Of(1).Opening());

        var store = Assert.IsType<PersistentStore>(loaded.Store);
        Assert.Equal((area, committed), (store.CurrentArea, store.Committed));
        Assert.Equal(Enumerable.Range(0, exceptions).Select(i => 5L * i), All(loaded.Exceptions).Select(e => e.Old));
        Assert.Equal(image.Bytes, await BytesAsync(cow));
    }

    [Fact]
    public async Task S13_invalid_store_is_loaded_as_one_and_has_no_exceptions()
    {
        await using var cow = new CowImage(8, 10).Exceptions(3).Head(1, 0).ToDevice();

        var loaded = await LoadAsync(cow, Of(8).Opening());

        Assert.Equal((false, false, 0L), (loaded.IsNew, loaded.IsValid, loaded.Exceptions.Count));
        Assert.Equal(8, loaded.Table.ChunkSectors);
    }

    [Fact]
    public async Task S23_transient_store_writes_and_reads_nothing()
    {
        await using var memory = new CowImage(8, 10).Exceptions(3).ToDevice();
        await using var cow = new RecordingBlockDevice(memory);

        var loaded = await LoadAsync(cow, Of(8, kind: "N").Opening());

        Assert.Equal((0L, 80L, 0L), NumbersOf(loaded));
        Assert.Empty(cow.Log.Entries);
    }

    [Fact]
    public async Task Device_that_ends_within_a_chunk_uses_whole_ones()
    {
        await using var cow = new CowImage(8, 5).Exceptions(1).Cut((4 * 4096) + 700).ToDevice();

        var loaded = await LoadAsync(cow, Of(8).Opening());

        Assert.Equal((24L, 33L, 16L), NumbersOf(loaded));
    }

    [Fact]
    public async Task Kernel_trust_makes_a_store_where_four_bytes_are_zeros_and_clears_what_it_needs()
    {
        await using var cow = new MemoryBlockDevice(64.KiB);
        cow.Write(4, TestPatterns.Create(4, 65532, 3), WriteDurability.Cached);

        var loaded = await LoadAsync(cow, Of(8).Opening(StoreTrust.Kernel));

        Assert.True(loaded.IsNew);
        var bytes = await BytesAsync(cow);
        Assert.False(bytes.AsSpan(16, 8192 - 16).ContainsAnyExcept((byte)0));
        Assert.Equal(TestPatterns.Create(8192, 100, 3), bytes[8192..8292]);
    }

    [Fact]
    public async Task Area_that_cannot_be_read_fails_and_one_behind_the_end_is_nobodys_concern()
    {
        var image = new CowImage(1, 200).Exceptions(Enumerable.Range(0, 40).Select(i => (long)i));
        await using var memory = image.ToDevice();
        await using var behind = new FaultyBlockDevice(
            memory, DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(67, 1)));
        await using var within = new FaultyBlockDevice(
            memory, DeviceFault.Within(DeviceOperation.Read, SectorRange.Create(34, 1)));

        Assert.Equal(40, (await LoadAsync(behind, Of(1).Opening())).Exceptions.Count);
        var failed = await Assert.ThrowsAsync<DeviceException>(() => LoadAsync(within, Of(1).Opening()));

        Assert.Equal(34 * 512, failed.Offset);
    }

    [Fact]
    public async Task Cancelled_load_ends_when_its_reads_have()
    {
        await using var memory = new CowImage(1, 200).Exceptions(1, 2).ToDevice();
        await using var cow = new GatedBlockDevice(memory, DeviceOperation.Read);
        using var cancellation = new CancellationTokenSource();

        var load = CowStoreAccess.LoadAsync(cow, Of(1).Opening(), cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
        Assert.Empty(cow.Waiting);
    }

    private static (long Allocated, long Total, long Metadata) NumbersOf(LoadedStore loaded) =>
        (loaded.Store.AllocatedSectors, loaded.Store.CowSectors, loaded.Store.MetadataSectors);
}
