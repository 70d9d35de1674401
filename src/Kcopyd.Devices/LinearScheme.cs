using System.Globalization;
using Kcopyd.Core;

namespace Kcopyd.Devices;

/// <summary><c>linear:DEVICE[@START[+COUNT]],…</c>: see <see cref="BlockDeviceOpener"/>.</summary>
internal sealed class LinearScheme(IBlockDeviceOpener devices) : IBlockDeviceOpener
{
    private const string Prefix = "linear:";

    public async ValueTask<IBlockDevice> OpenAsync(
        string uri, BlockDeviceOpenOptions options, CancellationToken cancellationToken)
    {
        var parts = Parse(uri);

        // A part is never created: its size would be nobody's decision.
        var partOptions = options with { CreateLengthBytes = null };
        var opened = new Dictionary<string, IBlockDevice>(StringComparer.Ordinal);
        try
        {
            foreach (var part in parts.DistinctBy(part => part.Device))
            {
                opened[part.Device] = await devices.OpenAsync(part.Device, partOptions, cancellationToken)
                    .ConfigureAwait(false);
            }

            return LinearBlockDevice.Create(
                uri, [.. parts.Select(part => Region(uri, part, opened[part.Device]))], ownsDevices: true);
        }
        catch
        {
            foreach (var device in opened.Values)
            {
                await device.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    public async ValueTask<BlockDeviceDescription> DescribeAsync(string uri, CancellationToken cancellationToken)
    {
        var length = 0L;
        List<StorageExtent> storage = [];
        foreach (var part in Parse(uri))
        {
            var found = await devices.DescribeAsync(part.Device, cancellationToken).ConfigureAwait(false);
            if (!found.Exists)
            {
                throw Refusal(uri, DeviceErrorKind.NotFound, $"its part {part.Device} does not exist");
            }

            var (start, count) = Bounds(uri, part, found.LengthBytes);
            length += count;
            storage.AddRange(Clip(found.Storage, start, count));
        }

        return new BlockDeviceDescription(uri, Exists: true, IsResizable: false, length, storage);
    }

    private static List<Part> Parse(string uri)
    {
        List<Part> parts = [];
        foreach (var text in uri[Prefix.Length..].Split(','))
        {
            var at = text.LastIndexOf('@');
            var device = (at < 0 ? text : text[..at])
                .Replace("%2C", ",", StringComparison.OrdinalIgnoreCase)
                .Replace("%40", "@", StringComparison.Ordinal)
                .Replace("%25", "%", StringComparison.Ordinal);
            if (device.Length == 0 || !TryParseRange(at < 0 ? "0" : text[(at + 1)..], out var start, out var count))
            {
                throw Refusal(
                    uri,
                    DeviceErrorKind.NotADevice,
                    $"'{text}' is no part; one is DEVICE, DEVICE@START or DEVICE@START+COUNT, in sectors");
            }

            parts.Add(new Part(device, start, count));
        }

        return parts;
    }

    private static bool TryParseRange(string text, out long start, out long? count)
    {
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        count = null;
        if (!TryParseSectors(plus < 0 ? text : text[..plus], out start))
        {
            return false;
        }

        if (plus < 0)
        {
            return true;
        }

        var isCount = TryParseSectors(text[(plus + 1)..], out var value);
        count = value;
        return isCount && value > 0;
    }

    private static bool TryParseSectors(string text, out long sectors) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out sectors)
        && sectors <= SectorRange.Limit / 2;

    private static IoRegion Region(string uri, Part part, IBlockDevice device)
    {
        var length = device.Geometry.LengthBytes;
        _ = Bounds(uri, part, length);
        return new IoRegion(
            device, SectorRange.Create(part.Start, part.Count ?? Sectors.FromBytes(length) - part.Start));
    }

    private static (long Start, long Count) Bounds(string uri, Part part, long lengthBytes)
    {
        var sectors = Sectors.FromBytes(lengthBytes);
        if (part.Start >= sectors || part.Count > sectors - part.Start)
        {
            throw Refusal(
                uri,
                DeviceErrorKind.InvalidRequest,
                $"{part.Start}+{part.Count ?? 1} sectors are past the end of {part.Device}, which has {sectors}");
        }

        var start = Sectors.ToBytes(part.Start);
        var available = lengthBytes - start;
        return (start, part.Count is { } count ? Math.Min(Sectors.ToBytes(count), available) : available);
    }

    private static IEnumerable<StorageExtent> Clip(IReadOnlyList<StorageExtent> storage, long start, long count)
    {
        var at = 0L;
        foreach (var extent in storage)
        {
            var from = Math.Max(start, at);
            var to = Math.Min(start + count, at + extent.Length);
            if (from < to)
            {
                yield return new StorageExtent(extent.Storage, extent.Offset + from - at, to - from);
            }

            at += extent.Length;
        }
    }

    private static DeviceException Refusal(string uri, DeviceErrorKind kind, string reason) =>
        new(uri, DeviceOperation.Open, kind, reason);

    private sealed record Part(string Device, long Start, long? Count);
}
