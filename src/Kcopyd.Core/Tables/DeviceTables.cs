using System.Collections.Immutable;
using Kcopyd.Core.Mirrors;
using Kcopyd.Core.Snapshots;

namespace Kcopyd.Core.Tables;

/// <summary>Reads the tables of many devices, as <c>dmsetup table</c> prints them. Pure.</summary>
/// <remarks>
/// A line is <c>NAME: START LENGTH TARGET ARGUMENTS</c>; empty ones, and those that begin with a number sign, are
/// passed over. The targets are linear, mirror, snapshot-origin, snapshot and snapshot-merge. Linear lines of one name
/// follow each other and make one device; any other device has one line, which starts at 0.
/// </remarks>
public static class DeviceTables
{
    /// <summary>The longest name that device-mapper takes.</summary>
    public const int MaxNameLength = 127;

    private const string LinearTarget = "linear";
    private const string MirrorTarget = "mirror";

    /// <summary>Reads all of it.</summary>
    /// <param name="lines">The lines.</param>
    /// <returns>The devices in the order of their first lines.</returns>
    /// <exception cref="DeviceTableException">A line is wrong; the sentence has its number, from 1.</exception>
    public static ImmutableArray<DeviceTable> Parse(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var found = ImmutableArray.CreateBuilder<DeviceTable>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith('#'))
            {
                continue;
            }

            try
            {
                var table = ParseLine(line);
                if (names.Add(table.Name))
                {
                    found.Add(Beginning(table));
                }
                else
                {
                    found[^1] = Joined(found[^1], table);
                }
            }
            catch (Exception wrong)
                when (wrong is DeviceTableException or MirrorTableException or SnapshotTableException)
            {
                throw new DeviceTableException($"line {number}: {ReasonOf(wrong)}");
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Why a device cannot have a name; null where it can.</summary>
    public static string? Refusal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var isFit = name.Length is > 0 and <= MaxNameLength
            && name is not ("." or "..")
            && !name.Any(static letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter == '/');
        return isFit
            ? null
            : $"'{name}' is no name of a device: 1 to {MaxNameLength} letters without white space and slashes";
    }

    /// <summary>What begins with a name, or with the kernel's own words, stays as it is.</summary>
    private static string ReasonOf(Exception wrong) => wrong switch
    {
        DeviceTableException { Reason: var reason } => reason,
        MirrorTableException { KernelMessage: not null } or SnapshotTableException { KernelMessage: not null } =>
            wrong.Message.TrimEnd('.'),
        _ => $"{char.ToLowerInvariant(wrong.Message[0])}{wrong.Message[1..].TrimEnd('.')}",
    };

    private static DeviceTable ParseLine(string line)
    {
        var words = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
        if (words is not [[.. var name, ':'], var table])
        {
            throw new DeviceTableException("a line is NAME: START LENGTH TARGET ARGUMENTS");
        }

        if (Refusal(name) is { } refusal)
        {
            throw new DeviceTableException(refusal);
        }

        var target = table.Split((char[]?)null, 4, StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2) ?? "";
        return target switch
        {
            LinearTarget => new DeviceTable.Linear(name, [LinearTable.Parse(table)]),
            MirrorTarget => new DeviceTable.Mirror(name, MirrorTable.Parse(table)),
            _ when target.StartsWith("snapshot", StringComparison.Ordinal) =>
                new DeviceTable.Snapshot(name, SnapshotTable.Parse(table)),
            "" => throw new DeviceTableException($"the table of {name} is START LENGTH TARGET ARGUMENTS"),
            _ => throw new DeviceTableException(
                $"the target of {name} is '{target}', but the targets are linear, mirror, snapshot-origin, snapshot "
                + "and snapshot-merge"),
        };
    }

    private static DeviceTable Beginning(DeviceTable table)
    {
        var start = table switch
        {
            DeviceTable.Linear linear => linear.Parts[0].Start,
            DeviceTable.Mirror mirror => mirror.Table.Start,
            DeviceTable.Snapshot snapshot => snapshot.Table.Start,
            _ => 0,
        };
        return start == 0
            ? table
            : throw new DeviceTableException($"{table.Name} begins at sector {start}, but a device begins at 0");
    }

    private static DeviceTable.Linear Joined(DeviceTable last, DeviceTable next) => (last, next) switch
    {
        _ when last.Name != next.Name =>
            throw new DeviceTableException($"there is a device {next.Name} before, and its lines follow each other"),
        (DeviceTable.Linear one, DeviceTable.Linear other) => other.Parts[0].Start == one.Length
            ? new DeviceTable.Linear(one.Name, one.Parts.AddRange(other.Parts))
            : throw new DeviceTableException(
                $"{one.Name} goes on at sector {other.Parts[0].Start}, but the line before ends at {one.Length}"),
        _ => throw new DeviceTableException(
            $"there is a device {next.Name} already, and only linear lines make one device together"),
    };
}
