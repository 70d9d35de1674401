using System.Collections.Immutable;
using System.Globalization;
using Kcopyd.Core;

namespace Kcopyd.Devices;

/// <summary>Which part of a linear device is where, and what the parts have in common.</summary>
internal sealed class LinearLayout
{
    private readonly LinearPart[] _parts;

    /// <summary>Lays the regions out one after the other.</summary>
    /// <exception cref="DeviceException">A region is past its device's end, or a seam is where a device cannot be
    /// split.</exception>
    internal LinearLayout(string uri, IReadOnlyList<IoRegion> regions)
    {
        if (regions.Count == 0)
        {
            throw Refusal(uri, "it has no parts");
        }

        _parts = new LinearPart[regions.Count];
        var start = 0L;
        for (var i = 0; i < regions.Count; i++)
        {
            _parts[i] = Place(uri, regions[i], start, isLast: i == regions.Count - 1);
            start = _parts[i].End;
        }

        Devices = [.. regions.Select(region => region.Device).Distinct()];
        Geometry = Combine(start);
        CheckSeams(uri);
        Identity = new BlockDeviceIdentity(uri, start, Marks(regions));
    }

    internal BlockDeviceIdentity Identity { get; }

    internal BlockDeviceGeometry Geometry { get; }

    /// <summary>The devices, each once.</summary>
    internal ImmutableArray<IBlockDevice> Devices { get; }

    /// <summary>The part that holds a byte.</summary>
    internal LinearPart PartAt(long offset)
    {
        var low = 0;
        var high = _parts.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _parts[middle].Start <= offset ? (middle, high) : (low, middle - 1);
        }

        return _parts[low];
    }

    private static LinearPart Place(string uri, IoRegion region, long start, bool isLast)
    {
        var (device, range) = region;
        var length = Math.Min(range.CountBytes, device.Geometry.LengthBytes - range.StartBytes);
        if (range.IsEmpty || range.End > device.Geometry.LengthSectors)
        {
            throw Refusal(
                uri,
                $"{range} sectors of {device.Identity.Uri} are {(range.IsEmpty ? "none" : "past its end")}: it has "
                    + $"{device.Geometry.LengthSectors} sectors");
        }

        return length % Sectors.Size == 0 || isLast
            ? new LinearPart(device, start, range.StartBytes, length)
            : throw Refusal(
                uri,
                $"{device.Identity.Uri} ends within a sector, at byte {device.Geometry.LengthBytes}: only a last part "
                    + "may");
    }

    private static DeviceException Refusal(string uri, string reason) =>
        new(uri, DeviceOperation.Open, DeviceErrorKind.InvalidRequest, reason);

    private static ImmutableSortedDictionary<string, string> Marks(IReadOnlyList<IoRegion> regions)
    {
        var marks = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < regions.Count; i++)
        {
            var prefix = i.ToString(CultureInfo.InvariantCulture);
            marks[$"{prefix}.region"] = regions[i].Range.ToString();
            foreach (var (key, value) in regions[i].Device.Identity.Marks)
            {
                marks[$"{prefix}.{key}"] = value;
            }
        }

        return marks.ToImmutable();
    }

    private BlockDeviceGeometry Combine(long length)
    {
        var all = Devices.Select(device => device.Geometry).ToArray();
        return new BlockDeviceGeometry(
            length,
            all.Max(geometry => geometry.LogicalBlockSize),
            all.Max(geometry => geometry.PhysicalBlockSize),
            all.Any(geometry => geometry.IsReadOnly),
            all.Aggregate((BlockDeviceAbilities)~0, (common, geometry) => common & geometry.Abilities));
    }

    /// <summary>A request in whole blocks of the linear device must be one in whole blocks of each part that it is
    /// split to.</summary>
    private void CheckSeams(string uri)
    {
        var block = Geometry.LogicalBlockSize;
        foreach (var part in _parts)
        {
            var geometry = part.Device.Geometry;
            var deviceEnd = part.DeviceStart + part.Length;
            if (part.Start % block != 0 || part.DeviceStart % geometry.LogicalBlockSize != 0)
            {
                throw Refusal(
                    uri, $"the part on {part.Device.Identity.Uri} does not begin at a whole block of {block} bytes");
            }

            if (deviceEnd % geometry.LogicalBlockSize != 0 && deviceEnd != geometry.LengthBytes)
            {
                throw Refusal(
                    uri,
                    $"the part on {part.Device.Identity.Uri} does not end at a whole block of "
                        + $"{geometry.LogicalBlockSize} bytes");
            }
        }
    }
}
