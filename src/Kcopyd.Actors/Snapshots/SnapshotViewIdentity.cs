using System.Collections.Immutable;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Snapshots;

/// <summary>What tells the view of a snapshot from another: what tells its devices from others.</summary>
internal static class SnapshotViewIdentity
{
    /// <summary>The identity of a view.</summary>
    /// <param name="name">Its URI.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <param name="origin">That of the origin.</param>
    /// <param name="cow">That of the COW device.</param>
    public static BlockDeviceIdentity Of(
        string name, long length, BlockDeviceIdentity origin, BlockDeviceIdentity cow)
    {
        var marks = ImmutableSortedDictionary.CreateBuilder<string, string>();
        Add(marks, "origin", origin);
        Add(marks, "cow", cow);
        return new BlockDeviceIdentity(name, length, marks.ToImmutable())
        {
            Modified = (origin.Modified, cow.Modified) is (null, null)
                ? null
                : $"origin {origin.Modified ?? "-"}, COW {cow.Modified ?? "-"}",
        };
    }

    private static void Add(
        ImmutableSortedDictionary<string, string>.Builder marks, string role, BlockDeviceIdentity device)
    {
        foreach (var (key, value) in device.Marks)
        {
            marks.Add($"{role}.{key}", value);
        }
    }
}
