using System.Collections.Immutable;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Planning;

/// <summary>Finds two names for the same bytes: hard and symbolic links, a loop device and its file, a partition and
/// its disk.
/// Pure.</summary>
internal static class StorageOverlap
{
    /// <summary>Refuses a plan that writes a sector that it reads, or writes one twice.</summary>
    /// <exception cref="RefusedException">It does; the sentence names both.</exception>
    internal static void Refuse(
        TransferPlan plan, BlockDeviceDescription? source, ImmutableArray<BlockDeviceDescription> targets)
    {
        for (var i = 0; i < targets.Length; i++)
        {
            if (source is { IsResizable: true, LengthBytes: 0 } && FullPath(source) == FullPath(targets[i]))
            {
                // Without a byte it lives nowhere, and no range of it overlaps any.
                throw new RefusedException($"the target {targets[i].Uri} is the source");
            }

            var written = Slice(targets[i], plan.Targets[i].Range);
            if (plan.Source is { } read && Overlaps(Slice(source!, read), written))
            {
                throw new RefusedException(KeepsMore(source!)
                    ? $"the target {targets[i].Uri} is where the source {source!.Uri} is kept"
                    : $"the target {targets[i].Uri} is the same storage as the source {source!.Uri}: sectors "
                        + $"{Words(plan.Targets[i].Range)} of the one and {Words(read)} of the other share bytes");
            }

            for (var j = 0; j < i; j++)
            {
                RefuseTwins(plan, targets, j, i);
            }
        }
    }

    /// <summary>Whether two descriptions are of one device, whatever it is called.</summary>
    internal static bool IsSameDevice(BlockDeviceDescription one, BlockDeviceDescription other) =>
        one.Storage.Count > 0
        && one.LengthBytes == other.LengthBytes
        && one.IsResizable == other.IsResizable
        && one.Storage.SequenceEqual(other.Storage);

    /// <summary>Whether ranges of two devices share a byte, or are of one file that is yet to be made.</summary>
    internal static bool AreOne(
        BlockDeviceDescription one, SectorRange oneRange, BlockDeviceDescription other, SectorRange otherRange) =>
        Overlaps(Slice(one, oneRange), Slice(other, otherRange))
        || (!one.Exists && !other.Exists && FullPath(one) == FullPath(other));

    private static void RefuseTwins(
        TransferPlan plan, ImmutableArray<BlockDeviceDescription> targets, int first, int second)
    {
        var (one, other) = (targets[first], targets[second]);
        var areOneNewFile = !one.Exists && !other.Exists
            && FullPath(one) == FullPath(other);

        // What lives nowhere, a null device, may be written twice.
        var areOneUri = one.Uri == other.Uri && (one.IsResizable || one.Storage.Count > 0);
        if (areOneUri || areOneNewFile)
        {
            throw new RefusedException($"the target {other.Uri} is listed twice");
        }

        if (Overlaps(Slice(one, plan.Targets[first].Range), Slice(other, plan.Targets[second].Range))
            || IsSameDevice(one, other))
        {
            throw new RefusedException($"the targets {one.Uri} and {other.Uri} are the same storage");
        }
    }

    private static bool Overlaps(List<StorageExtent> one, List<StorageExtent> other) =>
        one.Exists(extent => other.Exists(extent.Overlaps));

    /// <summary>Where a range of a device lives; what lies past its end, because it is yet to be extended, lives
    /// nowhere. Of a device that keeps more than it shows, a snapshot and its store, any range may live anywhere.
    /// </summary>
    private static List<StorageExtent> Slice(BlockDeviceDescription device, SectorRange range)
    {
        if (KeepsMore(device))
        {
            return range.IsEmpty ? [] : [.. device.Storage];
        }

        var slices = new List<StorageExtent>();
        var position = 0L;
        foreach (var extent in device.Storage)
        {
            var start = Math.Max(range.StartBytes, position);
            var end = Math.Min(range.End * Sectors.Size, position + extent.Length);
            if (start < end)
            {
                slices.Add(new StorageExtent(extent.Storage, extent.Offset + (start - position), end - start));
            }

            position += extent.Length;
        }

        return slices;
    }

    private static bool KeepsMore(BlockDeviceDescription device) =>
        device.Storage.Sum(extent => extent.Length) > device.LengthBytes;

    private static string FullPath(BlockDeviceDescription file) => Path.GetFullPath(DevicePath.Of(file.Uri));

    private static string Words(SectorRange range) => $"{range.Start} to {range.End - 1}";
}
