using Kcopyd.Cli.Planning;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Cli.Serving;

/// <summary>Finds two devices that would write the same bytes. Pure.</summary>
internal static class ServeOverlap
{
    /// <summary>What shares storage with what came before it.</summary>
    /// <param name="specs">What is to run.</param>
    /// <param name="running">What runs that is to become one of them; null: nothing. It has what it has.</param>
    /// <param name="described">The devices that they need, by their names in the uses; those that are served ones, or
    /// cannot be looked at, are missing.</param>
    /// <returns>The sentence for each that is not to run.</returns>
    internal static IReadOnlyDictionary<ServedSpec, string> Find(
        IEnumerable<ServedSpec> specs,
        Func<ServedSpec, ServedSpec?> running,
        IReadOnlyDictionary<string, BlockDeviceDescription> described)
    {
        Dictionary<ServedSpec, string> refused = new(ReferenceEqualityComparer.Instance);
        List<DeviceUse> taken = [];
        foreach (var spec in specs.OrderBy(spec => running(spec) is null))
        {
            if (FindFirst(spec.Uses, taken, described) is { } sentence)
            {
                refused.Add(spec, sentence);
                taken.AddRange(running(spec)?.Uses ?? []);
            }
            else
            {
                taken.AddRange(spec.Uses);
            }
        }

        return refused;
    }

    private static string? FindFirst(
        IReadOnlyList<DeviceUse> uses,
        IReadOnlyList<DeviceUse> taken,
        IReadOnlyDictionary<string, BlockDeviceDescription> described)
    {
        for (var i = 0; i < uses.Count; i++)
        {
            var use = uses[i];
            if (taken.Concat(uses.Take(i)).FirstOrDefault(other => AreOne(use, other, described)) is { } first)
            {
                return $"{use.User}, {use.Word}, and {first.User}, {first.Word}, are the same storage";
            }
        }

        return null;
    }

    private static bool AreOne(
        DeviceUse one, DeviceUse other, IReadOnlyDictionary<string, BlockDeviceDescription> described)
    {
        // Several may read what nobody writes.
        if (one.Access == BlockDeviceAccess.Read && other.Access == BlockDeviceAccess.Read)
        {
            return false;
        }

        if (described.TryGetValue(one.Device, out var first) && described.TryGetValue(other.Device, out var second))
        {
            return StorageOverlap.AreOne(first, RangeOf(one, first), second, RangeOf(other, second));
        }

        // A served device, or one that cannot be looked at: it is known by its name alone.
        return one.Device == other.Device
            && (one.Range is not { } range || other.Range is not { } third || range.Overlaps(third));
    }

    private static SectorRange RangeOf(DeviceUse use, BlockDeviceDescription device) =>
        use.Range ?? SectorRange.Create(0, Sectors.FromBytes(device.LengthBytes));
}
