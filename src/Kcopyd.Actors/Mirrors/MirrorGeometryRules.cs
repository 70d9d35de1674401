using System.Globalization;
using Kcopyd.Core;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <summary>Whether devices can be the legs of a table, and what device the mirror is then. Pure.</summary>
internal static class MirrorGeometryRules
{
    /// <summary>The mirror's geometry: it can what all legs can.</summary>
    /// <exception cref="DeviceException">A leg does not fit; nothing was done.</exception>
    public static BlockDeviceGeometry Check(
        string name, MirrorTable table, MirrorParts parts, bool areWritten = true)
    {
        if (parts.Legs.Length != table.Legs.Length)
        {
            throw Refusal(name, $"its table has {table.Legs.Length} legs, but there are {parts.Legs.Length} devices");
        }

        if (table.Log.Kind == MirrorLogKind.Disk != parts.Log is not null)
        {
            throw Refusal(name, "a log device is needed with a disk log, and only then");
        }

        for (var leg = 0; leg < parts.Legs.Length; leg++)
        {
            CheckLeg(table, table.Legs[leg], parts.Legs[leg], areWritten);
        }

        CheckOverlaps(name, table, parts);
        return Combine(table, parts);
    }

    /// <summary>Whether a device can take the place of a leg.</summary>
    /// <exception cref="DeviceException">It cannot.</exception>
    public static void CheckLeg(
        MirrorTable table, MirrorLegSpec spec, IBlockDevice device, bool isWritten = true)
    {
        var name = device.Identity.Uri;
        var geometry = device.Geometry;
        if (isWritten && geometry.IsReadOnly)
        {
            throw new DeviceException(
                name, DeviceOperation.Open, DeviceErrorKind.ReadOnly, "a leg of a mirror has to be writable");
        }

        var sectors = geometry.LengthBytes / Sectors.Size;
        if (spec.Offset > sectors || table.Length > sectors - spec.Offset)
        {
            throw Refusal(name, string.Create(
                CultureInfo.InvariantCulture,
                $"it has {sectors} sectors, but the mirror needs {table.Length} from sector {spec.Offset} on"));
        }

        var block = geometry.LogicalBlockSize;
        if (Sectors.ToBytes(table.Log.RegionSize) % block != 0
            || Sectors.ToBytes(spec.Offset) % block != 0
            || Sectors.ToBytes(table.Length) % block != 0)
        {
            throw Refusal(
                name,
                $"region size, offset and length of the mirror have to be multiples of its blocks, {block} bytes");
        }
    }

    /// <summary>Whether a device can take the place of a leg of a mirror that is in use.</summary>
    /// <exception cref="DeviceException">It cannot.</exception>
    public static void CheckReplacement(MirrorSetup setup, int leg, MirrorLegSpec spec, IBlockDevice device)
    {
        CheckLeg(setup.Table, spec, device);
        var current = setup.Legs.Current;
        var name = device.Identity.Uri;
        if (device.Geometry.LogicalBlockSize > setup.Geometry.LogicalBlockSize)
        {
            throw Refusal(
                name,
                $"its blocks, {device.Geometry.LogicalBlockSize} bytes, are larger than those of the mirror, "
                + $"{setup.Geometry.LogicalBlockSize}");
        }

        var table = setup.Table;
        List<(string Device, StorageExtent Extent)> taken = [];
        for (var other = 0; other < current.Length; other++)
        {
            if (other != leg)
            {
                taken.AddRange(LocateLeg(table, current[other].Spec, current[other].Device));
            }
        }

        if (setup.LogDevice is { } log)
        {
            taken.AddRange(log.Locate(0, LogBytes(table, log)).Select(extent => (log.Identity.Uri, extent)));
        }

        Take(setup.Name, taken, name, LocateLeg(table, spec, device).Select(located => located.Extent).ToList());
    }

    private static IEnumerable<(string Device, StorageExtent Extent)> LocateLeg(
        MirrorTable table, MirrorLegSpec spec, IBlockDevice device) =>
        device.Locate(Sectors.ToBytes(spec.Offset), Sectors.ToBytes(table.Length))
            .Select(extent => (device.Identity.Uri, extent));

    private static void CheckOverlaps(string name, MirrorTable table, MirrorParts parts)
    {
        var length = Sectors.ToBytes(table.Length);
        List<(string Device, StorageExtent Extent)> taken = [];
        for (var leg = 0; leg < parts.Legs.Length; leg++)
        {
            var extents = parts.Legs[leg].Locate(Sectors.ToBytes(table.Legs[leg].Offset), length);
            Take(name, taken, parts.Legs[leg].Identity.Uri, extents);
        }

        if (parts.Log is { } log)
        {
            Take(name, taken, log.Identity.Uri, log.Locate(0, LogBytes(table, log)));
        }
    }

    private static long LogBytes(MirrorTable table, IBlockDevice log) => Math.Min(
        log.Geometry.LengthBytes,
        DirtyLogImage.SizeOf(table.Geometry.RegionCount, Math.Max(Sectors.Size, log.Geometry.LogicalBlockSize)));

    private static void Take(
        string name,
        List<(string Device, StorageExtent Extent)> taken,
        string device,
        IReadOnlyList<StorageExtent> extents)
    {
        foreach (var extent in extents)
        {
            if (taken.Find(other => other.Extent.Overlaps(extent)) is { Device: { } other })
            {
                throw Refusal(name, $"{device} and {other} share storage");
            }
        }

        taken.AddRange(extents.Select(extent => (device, extent)));
    }

    private static BlockDeviceGeometry Combine(MirrorTable table, MirrorParts parts)
    {
        var abilities = parts.Legs.Aggregate(
            BlockDeviceAbilities.WriteZeroes | BlockDeviceAbilities.Discard,
            (all, leg) => all & leg.Geometry.Abilities);
        return new BlockDeviceGeometry(
            Sectors.ToBytes(table.Length),
            Math.Max(Sectors.Size, parts.Legs.Max(leg => leg.Geometry.LogicalBlockSize)),
            Math.Max(Sectors.Size, parts.Legs.Max(leg => leg.Geometry.PhysicalBlockSize)),
            IsReadOnly: false,
            abilities | BlockDeviceAbilities.BlockStatus);
    }

    private static DeviceException Refusal(string name, string reason) =>
        new(name, DeviceOperation.Open, DeviceErrorKind.InvalidRequest, reason);
}
