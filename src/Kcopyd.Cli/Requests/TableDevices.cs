using System.Globalization;
using Kcopyd.Actors.Snapshots;
using Kcopyd.Core.Mirrors;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Cli.Requests;

/// <summary>The devices of a table by their paths: <c>dmsetup table</c> prints numbers, <c>MAJOR:MINOR</c>.</summary>
/// <remarks>As with device-mapper, a number is a number even where a file has its name; such a file is
/// <c>./7:0</c>.</remarks>
internal static class TableDevices
{
    private const string SnapshotPrefix = $"{SnapshotScheme.Name}:";

    /// <summary>Where Linux has a directory for every block device, by its number.</summary>
    private const string Numbers = "/sys/dev/block";

    private const string NameEntry = "DEVNAME=";

    /// <summary>The same snapshot by paths.</summary>
    /// <exception cref="RefusedException">There is no device of a number.</exception>
    /// <exception cref="SnapshotTableException">Its COW device is its origin.</exception>
    internal static SnapshotTable ByPath(SnapshotTable table) => Map(table, PathOf);

    /// <summary>The same mirror by paths.</summary>
    /// <exception cref="RefusedException">There is no device of a number.</exception>
    internal static MirrorTable ByPath(MirrorTable table)
    {
        var log = table.Log.Device is { } device
            ? MirrorLogSpec.Disk(PathOf(device), table.Log.RegionSize, table.Log.Sync)
            : table.Log;
        return new MirrorTable(
            table.Start,
            table.Length,
            log,
            [.. table.Legs.Select(leg => new MirrorLegSpec(PathOf(leg.Device), leg.Offset))],
            table.Features);
    }

    /// <summary>The same device by a URI whose table, if it has one, is one by paths.</summary>
    /// <exception cref="RefusedException">There is no device of a number.</exception>
    internal static string? ByPath(string? uri)
    {
        if (uri?.StartsWith(SnapshotPrefix, StringComparison.Ordinal) != true || File.Exists(uri))
        {
            return uri;
        }

        try
        {
            var table = SnapshotTable.Parse(Uri.UnescapeDataString(uri[SnapshotPrefix.Length..]));
            var other = ByPath(table);
            return other == table ? uri : SnapshotScheme.UriOf(other);
        }
        catch (SnapshotTableException)
        {
            // Who opens it says what is wrong with it.
            return uri;
        }
    }

    /// <summary>The same snapshot with other words for its devices.</summary>
    /// <exception cref="SnapshotTableException">Its COW device is its origin.</exception>
    internal static SnapshotTable Map(SnapshotTable table, Func<string, string> word)
    {
        // START LENGTH TARGET ORIGIN, and COW in all but the table of an origin.
        var words = table.ToString().Split(' ');
        foreach (var device in words.Length > 4 ? new[] { 3, 4 } : [3])
        {
            words[device] = word(words[device]);
        }

        return SnapshotTable.Parse(string.Join(' ', words));
    }

    /// <summary>The path of a device that may be named by its number.</summary>
    /// <exception cref="RefusedException">There is no device of a number.</exception>
    internal static string PathOf(string word)
    {
        if (!IsNumber(word))
        {
            return word;
        }

        try
        {
            var name = File.ReadLines($"{Numbers}/{word}/uevent")
                .FirstOrDefault(line => line.StartsWith(NameEntry, StringComparison.Ordinal));
            if (name is not null)
            {
                return $"/dev/{name[NameEntry.Length..]}";
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is not there, or not to be seen from here.
        }

        throw new RefusedException($"there is no block device {word} (MAJOR:MINOR) that the table could mean");
    }

    private static bool IsNumber(string word) => word.Split(':') is [var major, var minor]
        && uint.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && uint.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
