using System.Globalization;
using Kcopyd.Core;
using Kcopyd.Core.Snapshots;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>Whether devices can be the origin and the COW device of a table, and what device the snapshot is then.
/// Pure.</summary>
internal static class SnapshotGeometryRules
{
    /// <summary>Refuses an origin that is shorter than its table, or that the table ends within a block of.</summary>
    /// <exception cref="DeviceException">It is.</exception>
    public static void CheckOrigin(SnapshotTable table, IBlockDevice origin, bool isWritten)
    {
        var geometry = origin.Geometry;
        var name = origin.Identity.Uri;
        if (isWritten && geometry.IsReadOnly)
        {
            throw ReadOnly(name, "an origin");
        }

        if (table.Length > geometry.LengthSectors)
        {
            throw Refusal(name, string.Create(
                CultureInfo.InvariantCulture,
                $"it has {geometry.LengthSectors} sectors, but the table needs {table.Length}"));
        }

        CheckLength(table, origin);
    }

    /// <summary>Refuses a COW device that does not fit its table.</summary>
    /// <exception cref="DeviceException">It does not.</exception>
    public static void CheckCow(SnapshotTable table, IBlockDevice cow, bool isWritten)
    {
        if (isWritten && cow.Geometry.IsReadOnly)
        {
            throw ReadOnly(cow.Identity.Uri, "a COW device");
        }

        CheckLength(table, cow);
    }

    /// <summary>Refuses a COW device whose blocks the origin does not end with, where the last chunk of the snapshot
    /// reaches to that end: it is kept up to there, also what is behind the end of the table.</summary>
    /// <remarks>A merge keeps nothing of its own.</remarks>
    /// <exception cref="DeviceException">They do not fit.</exception>
    public static void CheckEnd(SnapshotTable table, CowLayout layout, IBlockDevice origin, IBlockDevice cow)
    {
        var (length, block) = (origin.Geometry.LengthSectors, cow.Geometry.LogicalBlockSize);
        var kept = layout.RangeOf((table.Length - 1) / layout.ChunkSectors).End;
        if (table.Target != SnapshotTarget.Merge
            && table.Length < length
            && kept > length
            && Sectors.ToBytes(length) % block != 0)
        {
            throw Refusal(
                cow.Identity.Uri,
                $"the length of the origin, {length} sectors, is no multiple of its blocks, {block} bytes");
        }
    }

    /// <summary>Refuses to merge a store whose blocks are larger than those that the origin takes: what is still to be
    /// merged could not be written.</summary>
    /// <param name="table">The snapshot.</param>
    /// <param name="originBlockBytes">The block that the origin shows; unit: bytes.</param>
    /// <param name="cow">Its COW device.</param>
    /// <exception cref="DeviceException">They are.</exception>
    public static void CheckMerge(SnapshotTable table, int originBlockBytes, IBlockDevice cow)
    {
        var block = cow.Geometry.LogicalBlockSize;
        if (table.Target == SnapshotTarget.Merge && block > originBlockBytes)
        {
            throw Refusal(
                cow.Identity.Uri,
                $"its blocks, {block} bytes, are larger than those of the origin that it would be merged into, "
                + $"{originBlockBytes} bytes");
        }
    }

    /// <summary>Refuses devices that share storage: what is written to one would change the other.</summary>
    /// <param name="origin">The origin.</param>
    /// <param name="length">Sectors that are used of it.</param>
    /// <param name="cows">The COW devices of its snapshots, all of each.</param>
    /// <exception cref="DeviceException">Two do.</exception>
    public static void CheckOverlaps(IBlockDevice origin, long length, IEnumerable<IBlockDevice> cows)
    {
        List<StorageClaim> taken = [StorageClaim.Of(origin, Sectors.ToBytes(length))];
        foreach (var cow in cows)
        {
            var claim = StorageClaim.Of(cow, long.MaxValue);
            StorageClaim.Check(claim, taken);
            taken.Add(claim);
        }
    }

    /// <summary>What a snapshot is as a device.</summary>
    public static BlockDeviceGeometry Of(SnapshotTable table, IBlockDevice origin, IBlockDevice cow, bool isReadOnly)
    {
        var abilities = BlockDeviceAbilities.BlockStatus;
        if (!isReadOnly)
        {
            abilities |= BlockDeviceAbilities.WriteZeroes;
            abilities |= table.DiscardZeroesCow ? BlockDeviceAbilities.Discard : 0;
        }

        return new BlockDeviceGeometry(
            Sectors.ToBytes(table.Length),
            Largest(geometry => geometry.LogicalBlockSize),
            Largest(geometry => geometry.PhysicalBlockSize),
            isReadOnly,
            abilities);

        int Largest(Func<BlockDeviceGeometry, int> size) =>
            Math.Max(Sectors.Size, Math.Max(size(origin.Geometry), size(cow.Geometry)));
    }

    /// <summary>A request that reaches to the end would end within a block of the device.</summary>
    private static void CheckLength(SnapshotTable table, IBlockDevice device)
    {
        var block = device.Geometry.LogicalBlockSize;
        if (Sectors.ToBytes(table.Length) % block != 0)
        {
            throw Refusal(
                device.Identity.Uri,
                $"the length of the table, {table.Length} sectors, is no multiple of its blocks, {block} bytes");
        }
    }

    private static DeviceException ReadOnly(string name, string what) =>
        new(name, DeviceOperation.Open, DeviceErrorKind.ReadOnly, $"{what} has to be writable");

    private static DeviceException Refusal(string name, string reason) =>
        new(name, DeviceOperation.Open, DeviceErrorKind.InvalidRequest, reason);
}
