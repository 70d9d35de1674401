using System.Globalization;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Which devices and which contents are no store of a snapshot. Pure.</summary>
internal static class CowStoreRules
{
    /// <summary>Head, first area and one chunk of data: with less a snapshot is full before it begins.</summary>
    private const int FewestChunks = (int)CowLayout.FirstData + 1;

    /// <summary>What messages call the COW device of a table.</summary>
    public static string NameOf(IBlockDevice cow, SnapshotTable table) => table.Cow ?? cow.Identity.Uri;

    /// <summary>What a head takes at least: one block, and a sector where blocks are smaller.</summary>
    public static int BlockBytes(IBlockDevice device) => Math.Max(device.Geometry.LogicalBlockSize, Sectors.Size);

    /// <summary>The whole sectors of a device: a store does not use what is left.</summary>
    public static long SectorsOf(IBlockDevice cow) => cow.Geometry.LengthBytes / Sectors.Size;

    /// <summary>Refuses a device with no room for the head.</summary>
    /// <exception cref="SnapshotStoreException">It has none.</exception>
    public static void RefuseTiny(string name, IBlockDevice cow)
    {
        var block = BlockBytes(cow);
        if (cow.Geometry.LengthBytes < block)
        {
            throw new SnapshotStoreException(
                $"The COW device {name} is too small: it has {cow.Geometry.LengthBytes} bytes, and the head of a store "
                + $"takes {block}.");
        }
    }

    /// <summary>Refuses a device with no room for a new store.</summary>
    /// <exception cref="SnapshotStoreException">It has none.</exception>
    public static void RefuseSize(string name, SnapshotStoreKind kind, CowLayout layout, long cowSectors)
    {
        var needed = kind == SnapshotStoreKind.Transient ? 1 : FewestChunks;
        if (layout.WholeChunks(cowSectors) < needed)
        {
            throw new SnapshotStoreException(string.Create(
                CultureInfo.InvariantCulture,
                $"The COW device {name} is too small: it has {cowSectors} sectors, and a store with chunks of "
                + $"{layout.ChunkSectors} takes {(long)needed * layout.ChunkSectors} at least."));
        }
    }

    /// <summary>Refuses what is neither a store nor a place for one.</summary>
    /// <exception cref="SnapshotStoreException">It is neither.</exception>
    public static void RefuseFinding(string name, CowFinding finding)
    {
        if (finding is CowFinding.Foreign or CowFinding.OtherVersion or CowFinding.BadChunkSize)
        {
            throw new SnapshotStoreException($"The COW device {name} holds {finding}.");
        }
    }

    /// <summary>There is no store, and none is to be made.</summary>
    public static SnapshotStoreException Absent(string name) =>
        new($"The COW device {name} holds no store: it begins with zeros.");

    /// <summary>A new store would be made over something.</summary>
    public static SnapshotStoreException NotEmpty(string name, long at) =>
        new($"The COW device {name} holds no store, and no new one is made on it, because it is not empty: "
            + $"its byte {at} is not zero.");

    /// <summary>A store that is no longer whole.</summary>
    public static SnapshotStoreException Damaged(string name, CowStoreException cause) =>
        new($"The store on the COW device {name} is damaged or was cut off: "
            + $"{char.ToLowerInvariant(cause.Message[0])}{cause.Message[1..]}", cause);

    /// <summary>A store whose chunks cut through blocks of a device.</summary>
    public static SnapshotStoreException OtherBlocks(string name, SnapshotTableException cause) =>
        new($"The store on the COW device {name} does not fit its devices: "
            + $"{char.ToLowerInvariant(cause.Message[0])}{cause.Message[1..]}", cause);
}
