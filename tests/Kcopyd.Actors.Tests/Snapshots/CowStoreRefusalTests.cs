using System.Security.Cryptography;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.StoreTables;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What is no store: one sentence that names the device, and nothing written.</summary>
public sealed class CowStoreRefusalTests
{
    public static TheoryData<string, string> Damage => new()
    {
        { "foreign", "0x12345678" },
        { "newer", "version 2" },
        { "chunk 0", "its chunk size is 0 sectors" },
        { "chunk 3", "its chunk size is 3 sectors" },
        { "huge chunk", "its chunk size is 4194304 sectors" },
        { "head alone", "the device of 8 sectors has 1 chunks of 8" },
        { "chunks behind the end", "chunk 5 of the origin in chunk 9, but the device of 72 sectors" },
        { "area behind the end", "another follows in chunk 34, but the device of 34 sectors" },
        { "chunk of an area", "in chunk 1, but data begins in chunk 2" },
        { "chunk of another area", "in chunk 258, but that is where an area stands" },
        { "origin chunk behind the end", "chunk 512 of the origin in chunk 2, but the table has room for 512" },
        { "wild entry", "chunk 18446744073709551615 of the origin" },
        { "origin chunk twice", "an earlier entry has it in chunk 2" },
        { "chunk twice", "an earlier entry has its data there" },
        { "too small", "has 100 bytes" },
    };

    [Theory]
    [MemberData(nameof(Damage))]
    public async Task Damaged_foreign_newer_and_truncated_stores_are_refused_and_left_as_they_are(
        string damage, string reason)
    {
        var image = Damaged(damage);
        var before = SHA256.HashData(image.Bytes);
        await using var memory = image.ToDevice();
        await using var cow = new RecordingBlockDevice(memory);
        foreach (var trust in new[] { StoreTrust.Strict, StoreTrust.Kernel })
        {
            var refused = await Assert.ThrowsAsync<SnapshotStoreException>(
                () => LoadAsync(cow, Of(8).Opening(trust)));

            Assert.Contains("/dev/cow", refused.Message, StringComparison.Ordinal);
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
            Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }

        cow.Log.DemandNone(entry => entry.Request.Operation != DeviceOperation.Read);
        Assert.Equal(before, SHA256.HashData(await BytesAsync(memory)));
    }

    [Theory]
    [InlineData(8, 4)]
    [InlineData(8, 1024 * 1024 - 1)]
    [InlineData(4096, (4 * 1024 * 1024) - 1)]
    public async Task Strict_trust_makes_no_store_where_something_stands(int chunkSectors, long at)
    {
        await using var memory = new MemoryBlockDevice(16.MiB);
        memory.Write(at, [1], WriteDurability.Cached);
        await using var cow = new RecordingBlockDevice(memory);

        var refused = await Assert.ThrowsAsync<SnapshotStoreException>(
            () => LoadAsync(cow, Of(chunkSectors).Opening()));

        Assert.Contains($"/dev/cow holds no store", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"its byte {at} is not zero", refused.Message, StringComparison.Ordinal);
        cow.Log.DemandNone(entry => entry.Request.Operation != DeviceOperation.Read);
        Assert.True((await LoadAsync(memory, Of(chunkSectors).Opening(StoreTrust.Kernel))).IsNew);
    }

    [Fact]
    public async Task Store_that_is_not_there_is_not_made_by_who_only_reads()
    {
        await using var memory = new MemoryBlockDevice(64.KiB);
        await using var cow = new RecordingBlockDevice(memory);

        var refused = await Assert.ThrowsAsync<SnapshotStoreException>(
            () => LoadAsync(cow, Of(8).Opening(StoreTrust.Kernel, isWritable: false)));

        Assert.Equal("The COW device /dev/cow holds no store: it begins with zeros.", refused.Message);
        cow.Log.DemandNone(entry => entry.Request.Operation != DeviceOperation.Read);
    }

    [Theory]
    [InlineData("P", 23, "takes 24 at least")]
    [InlineData("PO", 23, "takes 24 at least")]
    [InlineData("N", 7, "takes 8 at least")]
    public async Task Device_with_no_room_for_one_exception_is_refused(string kind, int sectors, string reason)
    {
        await using var memory = new MemoryBlockDevice(new ByteCount(sectors * 512));
        await using var cow = new RecordingBlockDevice(memory);

        var refused = await Assert.ThrowsAsync<SnapshotStoreException>(
            () => LoadAsync(cow, Of(8, kind: kind).Opening()));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        cow.Log.DemandNone(entry => entry.Request.Operation != DeviceOperation.Read);
    }

    [Fact]
    public async Task Chunks_that_cut_through_blocks_are_refused_by_table_and_by_store()
    {
        await using var fresh = new MemoryBlockDevice(64.KiB, 4096);
        await using var store = new CowImage(2, 40).ToDevice(4096);

        var table = await Assert.ThrowsAsync<SnapshotTableException>(() => LoadAsync(fresh, Of(2).Opening()));
        var head = await Assert.ThrowsAsync<SnapshotStoreException>(() => LoadAsync(store, Of(8).Opening()));

        Assert.Contains("multiple of device blocksize", table.Message, StringComparison.Ordinal);
        Assert.Contains("/dev/cow", head.Message, StringComparison.Ordinal);
        Assert.Contains(
            "a chunk has 1024 bytes, but a block of the COW device has 4096", head.Message, StringComparison.Ordinal);
    }

    private static CowImage Damaged(string damage) => damage switch
    {
        "foreign" => new CowImage(8, 9).Head(0, 0x12345678),
        "newer" => new CowImage(8, 9).Head(2, 2),
        "chunk 0" => new CowImage(8, 9).Head(3, 0),
        "chunk 3" => new CowImage(8, 9).Head(3, 3),
        "huge chunk" => new CowImage(8, 9).Head(3, 4194304),
        "head alone" => new CowImage(8, 1),
        "chunks behind the end" => new CowImage(8, 9).Entry(0, 0, 5, 9),
        "area behind the end" => new CowImage(1, 34).Exceptions(Enumerable.Range(0, 32).Select(i => (long)i)),
        "chunk of an area" => new CowImage(8, 9).Entry(0, 0, 5, 1),
        "chunk of another area" => new CowImage(8, 300).Entry(0, 0, 5, 258),
        "origin chunk behind the end" => new CowImage(8, 9).Entry(0, 0, 512, 2),
        "wild entry" => new CowImage(8, 9).Entry(0, 0, -1, -1),
        "origin chunk twice" => new CowImage(8, 9).Entry(0, 0, 5, 2).Entry(0, 1, 5, 3),
        "chunk twice" => new CowImage(8, 9).Entry(0, 0, 5, 2).Entry(0, 1, 6, 2),
        "too small" => new CowImage(8, 9).Cut(100),
        _ => throw new ArgumentOutOfRangeException(nameof(damage)),
    };
}
