using Kcopyd.Actors.Snapshots;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>Snapshots for tests of their stores.</summary>
internal static class StoreTables
{
    /// <summary>A snapshot of an origin of so many sectors.</summary>
    public static SnapshotTable Of(int chunkSectors, long originSectors = 4096, string kind = "P") =>
        SnapshotTable.Parse($"0 {originSectors} snapshot /dev/origin /dev/cow {kind} {chunkSectors}");

    /// <summary>An opening of it.</summary>
    public static StoreOpening Opening(
        this SnapshotTable table, StoreTrust trust = StoreTrust.Strict, bool isWritable = true, int originBlock = 1) =>
        new(table, table.Length, originBlock, trust, isWritable);

    /// <summary>Loads, or makes, a store.</summary>
    public static Task<LoadedStore> LoadAsync(IBlockDevice cow, StoreOpening opening) =>
        CowStoreAccess.LoadAsync(cow, opening, CancellationToken.None);

    /// <summary>All exceptions, chunk by chunk.</summary>
    public static IReadOnlyList<(long Old, long New)> All(ExceptionTable table)
    {
        List<(long Old, long New)> all = [];
        foreach (var run in table.Runs())
        {
            for (var i = 0L; i < run.Count; i++)
            {
                all.Add((run.OldFirst + i, run.NewFirst + i));
            }
        }

        return all;
    }

    /// <summary>All that a device holds.</summary>
    public static async Task<byte[]> BytesAsync(IBlockDevice device)
    {
        var bytes = new byte[device.Geometry.LengthBytes];
        await device.ReadAsync(0, bytes, CancellationToken.None);
        return bytes;
    }
}
