using Kcopyd.Actors.Snapshots;
using Kcopyd.Actors.TestKit.Crashes;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;
using static Kcopyd.Actors.Tests.Snapshots.StoreTables;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Power cuts while a store is made.</summary>
public sealed class CowStoreFormatTests
{
    private const int Seeds = 40;

    private static readonly CowImage Old = new CowImage(8, 16).Exceptions(1, 5, 9);

    [Theory]
    [InlineData(PowerEvent.Write, 1, CutMoment.Before)]
    [InlineData(PowerEvent.Write, 1, CutMoment.After)]
    [InlineData(PowerEvent.Flush, 1, CutMoment.Before)]
    [InlineData(PowerEvent.Flush, 1, CutMoment.After)]
    [InlineData(PowerEvent.Write, 2, CutMoment.After)]
    [InlineData(PowerEvent.Flush, 2, CutMoment.Before)]
    [InlineData(PowerEvent.Flush, 2, CutMoment.After)]
    [InlineData(PowerEvent.Write, 3, CutMoment.After)]
    [InlineData(PowerEvent.Flush, 3, CutMoment.Before)]
    [InlineData(PowerEvent.Flush, 3, CutMoment.After)]
    public async Task Cut_leaves_the_old_store_or_none_or_the_new_one(PowerEvent @event, int number, CutMoment moment)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var power = new PowerSupply(seed);
            var disk = new CrashingDisk("cow", new ByteCount(Old.Bytes.Length), power);
            disk.Fill(0, Old.Bytes);
            power.CutAt(@event, number, moment);

            await Assert.ThrowsAnyAsync<Exception>(() => CowStoreDevice.FormatAsync(disk.Open(), Of(8)));

            power.Restore();
            var found = await FindAsync(disk);
            Assert.True(found is 3 or null or 0, $"seed {seed}: {found} exceptions");
        }
    }

    [Fact]
    public async Task Made_store_is_durable()
    {
        var power = new PowerSupply(1);
        var disk = new CrashingDisk("cow", new ByteCount(Old.Bytes.Length), power);
        disk.Fill(0, Old.Bytes);

        await CowStoreDevice.FormatAsync(disk.Open(), Of(8));
        power.Cut();
        power.Restore();

        Assert.Equal(0, await FindAsync(disk));
    }

    [Fact]
    public async Task First_load_makes_the_store_in_the_same_order()
    {
        await using var memory = new MemoryBlockDevice(64.KiB);
        await using var cow = new RecordingBlockDevice(memory);

        await LoadAsync(cow, Of(8).Opening(StoreTrust.Kernel));

        Assert.Equal(
            ["Read 0+1", "Write 0+8", "Flush", "Write 8+8", "Flush", "Write 0+1", "Flush"],
            cow.Log.Entries.Where(entry => entry.Phase == DeviceLogPhase.Completed)
                .Select(entry => entry.Request.ToString()));
    }

    /// <summary>The exceptions of the store; null where there is none.</summary>
    private static async Task<long?> FindAsync(CrashingDisk disk)
    {
        var cow = disk.Open(BlockDeviceAccess.Read);
        var bytes = new byte[4];
        disk.Read(0, bytes);
        return bytes.AsSpan().ContainsAnyExcept((byte)0)
            ? (await CowStoreDevice.ReadAsync(cow, Of(8))).ExceptionCount
            : null;
    }
}
