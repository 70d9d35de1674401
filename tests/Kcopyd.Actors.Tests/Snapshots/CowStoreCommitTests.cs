using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.StoreTables;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>What a commit writes, and in which order.</summary>
public sealed class CowStoreCommitTests : IAsyncDisposable
{
    private const int OriginSectors = 256;

    private readonly MemoryBlockDevice _origin = new(new ByteCount(OriginSectors * 512));
    private readonly MemoryBlockDevice _memory = new(128.KiB);

    public async ValueTask DisposeAsync()
    {
        await _origin.DisposeAsync();
        await _memory.DisposeAsync();
    }

    [Fact]
    public async Task S3_data_is_flushed_before_the_entries_and_those_are_durable()
    {
        await using var cow = new RecordingBlockDevice(_memory);
        using var bench = await OpenAsync(cow, 1);
        cow.Log.Clear();

        Assert.Equal("True, True", string.Join(", ", await bench.OverwriteAsync(7, 9)));

        Assert.Equal(["Write 2+1", "Write 3+1", "Flush", "Write 1+1 Durable"], Done(cow));
        Assert.Equal([(7L, 2L), (9, 3)], All((await LoadAsync(_memory, Of(1).Opening())).Exceptions));
    }

    [Fact]
    public async Task S6_next_area_is_zeroed_before_the_flush_that_precedes_the_last_entry_of_an_area()
    {
        await using var cow = new RecordingBlockDevice(_memory);
        _memory.Write(34 * 512, TestPatterns.Create(0, 512, 5), WriteDurability.Cached);
        await LoadAsync(cow, Of(1, OriginSectors).Opening(StoreTrust.Kernel));
        using var bench = await OpenAsync(cow, 1);
        await bench.OverwriteAsync([.. Enumerable.Range(0, 31).Select(i => 2L * i)]);
        cow.Log.Clear();

        await bench.OverwriteAsync(100);
        await bench.OverwriteAsync(102);

        Assert.Equal(
            [
                "Write 33+1", "Write 34+1", "Flush", "Write 1+1 Durable",
                "Write 35+1", "Flush", "Write 34+1 Durable",
            ],
            Done(cow));
        Assert.Equal("36/256 3", bench.Status.ToString());
        Assert.Equal(33, (await LoadAsync(_memory, Of(1).Opening())).Exceptions.Count);
    }

    [Fact]
    public async Task Only_the_sectors_that_changed_are_written()
    {
        await using var cow = new RecordingBlockDevice(_memory);
        using var bench = await OpenAsync(cow, 8);
        await bench.OverwriteAsync([.. Enumerable.Range(0, 10).Select(i => 2L * i)]);
        cow.Log.Clear();

        await bench.OverwriteAsync(1);
        Assert.Equal(["Write 96+8", "Flush", "Write 8+1 Durable"], Done(cow));
    }

    [Fact]
    public async Task Entries_are_aligned_out_to_the_blocks_of_the_device()
    {
        await using var memory = new MemoryBlockDevice(128.KiB, 4096);
        await using var cow = new RecordingBlockDevice(memory);
        using var bench = await OpenAsync(cow, 16);
        cow.Log.Clear();

        await bench.OverwriteAsync(3);

        Assert.Equal(["Write 32+16", "Flush", "Write 16+8 Durable"], Done(cow));
    }

    [Fact]
    public async Task Failed_flush_writes_no_entries_and_what_follows_is_about_another_epoch()
    {
        await using var faulty = new FaultyBlockDevice(_memory, DeviceFault.At(DeviceOperation.Flush, 4));
        await using var cow = new RecordingBlockDevice(faulty);
        using var bench = await OpenAsync(cow, 1);
        cow.Log.Clear();

        Assert.Equal("False", string.Join(", ", await bench.OverwriteAsync(7)));
        Assert.Equal(["Write 2+1"], Done(cow));
        Assert.Empty((await LoadAsync(_memory, Of(1).Opening())).Exceptions.Runs());

        Assert.Equal("True", string.Join(", ", await bench.OverwriteAsync(8)));
        Assert.Equal([(8L, 3L)], All((await LoadAsync(_memory, Of(1).Opening())).Exceptions));
    }

    [Fact]
    public async Task Data_of_an_epoch_that_ended_is_not_taken_for_durable()
    {
        await using var faulty = new FaultyBlockDevice(_memory);
        await using var cow = new RecordingBlockDevice(faulty);
        using var bench = await OpenAsync(cow, 1);
        bench.Committing = _ => faulty.EndWriteEpoch();
        cow.Log.Clear();

        Assert.Equal("False", string.Join(", ", await bench.OverwriteAsync(7)));

        cow.Log.DemandNone(entry => entry.Request.Durability == WriteDurability.Durable);
        Assert.Equal(0, (await LoadAsync(_memory, Of(1).Opening())).Exceptions.Count);
    }

    [Fact]
    public async Task Torn_tail_is_cleared_with_the_first_entry_that_is_added()
    {
        // A write of the area was torn: of entries 0 to 40 the second sector is there, and the first is not complete.
        var image = new CowImage(8, 32).Entry(0, 0, 1, 2);
        for (var index = 32; index < 40; index++)
        {
            image.Entry(0, index, index, index + 2);
        }

        await using var cow = image.ToDevice();
        var table = Of(8);
        using (var bench = await StoreBench.OpenAsync(_origin, cow, table))
        {
            await bench.OverwriteAsync(5);
        }

        var area = (await BytesAsync(cow))[4096..8192];
        Assert.Equal(new CowEntry(5, 3), CowEntry.Read(area, 1));
        Assert.False(area.AsSpan(32).ContainsAnyExcept((byte)0));
        Assert.Equal([(1L, 2L), (5, 3)], All((await LoadAsync(cow, table.Opening())).Exceptions));
    }

    [Fact]
    public async Task Invalid_mark_changes_four_bytes_and_is_durable()
    {
        await using var memory = new CowImage(8, 10).Exceptions(3).Put(16, 9, 9, 9).ToDevice();
        await using var cow = new RecordingBlockDevice(memory);
        var before = await BytesAsync(memory);
        using var access = new CowStoreAccess(cow, new CowLayout(8));

        await access.MarkInvalidAsync();

        before[4] = 0;
        Assert.Equal(before, await BytesAsync(memory));
        Assert.Equal(["Read 0+1", "Write 0+1 Durable"], Done(cow));
        Assert.False((await LoadAsync(memory, Of(8).Opening())).IsValid);
    }

    [Fact]
    public async Task Head_that_cannot_be_read_is_marked_invalid_all_the_same()
    {
        await using var memory = new CowImage(8, 10).Exceptions(3).ToDevice();
        await using var cow = new FaultyBlockDevice(memory, DeviceFault.At(DeviceOperation.Read, 1));
        using var access = new CowStoreAccess(cow, new CowLayout(8));

        await access.MarkInvalidAsync();

        Assert.Equal(new CowImage(8, 10).Exceptions(3).Head(1, 0).Bytes, await BytesAsync(memory));
    }

    [Fact]
    public async Task Store_is_marked_invalid_while_a_commit_is_under_way()
    {
        using var opened = await OpenAsync(_memory, 1);
        await using var cow = new GatedBlockDevice(_memory, DeviceOperation.Flush);
        var opening = StoreBench.OpenAsync(_origin, cow, Of(1, OriginSectors));
        (await cow.NextAsync()).Release();
        using var bench = await opening;
        var commit = bench.OverwriteAsync(7);
        var flush = await cow.NextAsync();

        await bench.Access.MarkInvalidAsync();

        Assert.False((await LoadAsync(_memory, Of(1).Opening())).IsValid);
        flush.Release();
        Assert.Equal("True", string.Join(", ", await commit));
        var bytes = await BytesAsync(_memory);
        Assert.Equal("536E4170000000000100000001000000", Convert.ToHexString(bytes.AsSpan(0, 16)));
        Assert.Equal(new CowEntry(7, 2), CowEntry.Read(bytes.AsSpan(512), 0));
    }

    [Fact]
    public async Task S17_merge_reads_areas_back_and_clears_their_entries()
    {
        var original = TestPatterns.Create(0, OriginSectors * 512, 4);
        _origin.Write(0, original, WriteDurability.Cached);
        using (var bench = await OpenAsync(_memory, 1))
        {
            await bench.OverwriteAsync([.. Enumerable.Range(0, 40).Select(i => 3L * i)]);
        }

        await using var cow = new RecordingBlockDevice(_memory);
        using var merge = await StoreBench.OpenAsync(
            _origin,
            cow,
            SnapshotTable.Parse($"0 {OriginSectors} snapshot-merge /dev/origin /dev/cow P 1"),
            isMerge: true);

        Assert.Equal("2/256 2", merge.Status.ToString());
        Assert.True(merge.Status.IsMerged);
        Assert.Equal(original, await BytesAsync(_origin));
        Assert.Empty((await LoadAsync(_memory, Of(1).Opening())).Exceptions.Runs());
        cow.Log.DemandSequence(
            entry => entry is { Phase: DeviceLogPhase.Completed, Request: { Operation: DeviceOperation.Flush } },
            entry => entry.Request.ToString() == "Write 34+1",
            entry => entry.Request.ToString() == "Read 1+1",
            entry => entry.Request.ToString() == "Write 1+1");
    }

    private static IEnumerable<string> Done(RecordingBlockDevice device) =>
        device.Log.Entries.Where(entry => entry.Phase == DeviceLogPhase.Completed).Select(
            entry => entry.Request.Durability == WriteDurability.Durable
                ? $"{entry.Request} Durable"
                : $"{entry.Request}");

    private Task<StoreBench> OpenAsync(IBlockDevice cow, int chunkSectors) =>
        StoreBench.OpenAsync(_origin, cow, Of(chunkSectors, OriginSectors));
}
