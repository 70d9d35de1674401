using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

public sealed class SnapshotGeometryTests
{
    private static readonly SnapshotTable Table = StoreTables.Of(8, originSectors: 64);

    [Theory]
    [InlineData(63, false)]
    [InlineData(64, true)]
    [InlineData(65, true)]
    public async Task Origin_is_as_long_as_its_table_at_least(int sectors, bool fits)
    {
        await using var origin = new MemoryBlockDevice(new ByteCount(sectors * 512));

        var refusal = Record.Exception(() => SnapshotGeometryRules.CheckOrigin(Table, origin, isWritten: true));

        Assert.Equal(fits, refusal is null);
        Assert.Equal(
            fits ? null : "it has 63 sectors, but the table needs 64", (refusal as DeviceException)?.Reason);
    }

    [Fact]
    public async Task Table_ends_with_a_block_of_both_devices()
    {
        await using var device = new MemoryBlockDevice(64.KiB, 4096);
        var table = StoreTables.Of(8, originSectors: 60);

        var origin = Assert.Throws<DeviceException>(() => SnapshotGeometryRules.CheckOrigin(table, device, true));
        var cow = Assert.Throws<DeviceException>(() => SnapshotGeometryRules.CheckCow(table, device, true));

        Assert.Contains(
            "60 sectors, is no multiple of its blocks, 4096 bytes", origin.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceErrorKind.InvalidRequest, cow.Kind);
    }

    [Theory]
    [InlineData("0 56 snapshot o c P 16", 56, true)]
    [InlineData("0 56 snapshot o c P 16", 57, false)]
    [InlineData("0 56 snapshot o c P 16", 63, false)]
    [InlineData("0 56 snapshot o c P 16", 64, true)]
    [InlineData("0 56 snapshot o c P 16", 65, true)]
    [InlineData("0 56 snapshot o c P 8", 57, true)]
    [InlineData("0 56 snapshot o c N 16", 57, false)]
    [InlineData("0 56 snapshot-merge o c P 16", 57, true)]
    public async Task Last_chunk_of_a_snapshot_can_be_kept_up_to_the_end_of_the_origin(
        string line, int sectors, bool fits)
    {
        await using var origin = new MemoryBlockDevice(new ByteCount(sectors * 512));
        await using var cow = new MemoryBlockDevice(64.KiB, 4096);
        await using var fine = new MemoryBlockDevice(64.KiB);
        var table = SnapshotTable.Parse(line);
        var layout = new CowLayout(table.ChunkSectors);

        var refusal = Record.Exception(() => SnapshotGeometryRules.CheckEnd(table, layout, origin, cow));

        SnapshotGeometryRules.CheckEnd(table, layout, origin, fine);
        Assert.Equal(
            fits ? null : $"the length of the origin, {sectors} sectors, is no multiple of its blocks, 4096 bytes",
            (refusal as DeviceException)?.Reason);
    }

    [Fact]
    public async Task Devices_that_are_read_only_can_only_be_read()
    {
        await using var memory = new MemoryBlockDevice(64.KiB);
        await using var device = new LimitedBlockDevice(memory) { IsReadOnly = true };

        SnapshotGeometryRules.CheckOrigin(Table, device, isWritten: false);
        SnapshotGeometryRules.CheckCow(Table, device, isWritten: false);

        var origin = Assert.Throws<DeviceException>(() => SnapshotGeometryRules.CheckOrigin(Table, device, true));
        var cow = Assert.Throws<DeviceException>(() => SnapshotGeometryRules.CheckCow(Table, device, true));
        Assert.Equal((DeviceErrorKind.ReadOnly, DeviceErrorKind.ReadOnly), (origin.Kind, cow.Kind));
    }

    [Fact]
    public async Task S15_origin_and_COW_devices_share_no_storage()
    {
        await using var disk = new MemoryBlockDevice(64.KiB);
        await using var first = Part(disk, 0, 64);
        await using var second = Part(disk, 64, 64);
        await using var crossing = Part(disk, 63, 2);
        await using var cow = new MemoryBlockDevice(64.KiB);

        SnapshotGeometryRules.CheckOverlaps(first, 64, [second, cow]);
        SnapshotGeometryRules.CheckOverlaps(disk, 64, [second]);

        Assert.Throws<DeviceException>(() => SnapshotGeometryRules.CheckOverlaps(disk, 65, [second]));
        Assert.Throws<DeviceException>(() => SnapshotGeometryRules.CheckOverlaps(cow, 64, [second, crossing]));
        Assert.Throws<DeviceException>(() => SnapshotGeometryRules.CheckOverlaps(first, 64, [cow, cow]));
    }

    [Theory]
    [InlineData("P 8", BlockDeviceAbilities.BlockStatus | BlockDeviceAbilities.WriteZeroes)]
    [InlineData(
        "PO 8 1 discard_zeroes_cow",
        BlockDeviceAbilities.BlockStatus | BlockDeviceAbilities.WriteZeroes | BlockDeviceAbilities.Discard)]
    public async Task Snapshot_has_the_larger_blocks_and_takes_discards_if_its_table_says_so(
        string store, BlockDeviceAbilities abilities)
    {
        await using var origin = new MemoryBlockDevice(64.KiB);
        await using var cow = new MemoryBlockDevice(64.KiB, 4096);
        var table = SnapshotTable.Parse($"0 64 snapshot a b {store}");

        Assert.Equal(
            new BlockDeviceGeometry(32768, 4096, 4096, IsReadOnly: false, abilities),
            SnapshotGeometryRules.Of(table, origin, cow, isReadOnly: false));
        Assert.Equal(
            new BlockDeviceGeometry(32768, 512, 512, IsReadOnly: true, BlockDeviceAbilities.BlockStatus),
            SnapshotGeometryRules.Of(table, origin, origin, isReadOnly: true));
    }

    private static LinearBlockDevice Part(IBlockDevice disk, long start, long count) => LinearBlockDevice.Create(
        $"part:{start}", [new IoRegion(disk, SectorRange.Create(start, count))], ownsDevices: false);
}
