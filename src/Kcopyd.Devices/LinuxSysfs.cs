using System.Globalization;

namespace Kcopyd.Devices;

/// <summary>Reads attributes of block devices from sysfs. An attribute that is not there is null, never an
/// error.</summary>
internal static class LinuxSysfs
{
    /// <summary>The directory of a block device number, with all links resolved; null where there is none.</summary>
    internal static string? BlockDirectory(string deviceNumber)
    {
        try
        {
            var link = new DirectoryInfo($"/sys/dev/block/{deviceNumber}");
            return link.ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The trimmed text of an attribute; null where it is missing, unreadable or empty.</summary>
    internal static string? Text(string directory, string attribute)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(directory, attribute)).TrimEnd('\n').Trim();
            return text.Length == 0 ? null : text;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A number; null where the attribute is missing or none.</summary>
    internal static long? Number(string directory, string attribute) =>
        long.TryParse(Text(directory, attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>The value of a <c>KEY=VALUE</c> line of an attribute such as <c>uevent</c>.</summary>
    internal static string? Entry(string directory, string attribute, string key)
    {
        foreach (var line in Text(directory, attribute)?.Split('\n') ?? [])
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == '=')
            {
                return line[(key.Length + 1)..];
            }
        }

        return null;
    }

    /// <summary>The name of the link in a directory of links that leads to a block device number; null where none
    /// does.</summary>
    internal static string? LinkTo(string directory, string deviceNumber)
    {
        try
        {
            return Directory.Exists(directory)
                ? Directory.EnumerateFileSystemEntries(directory).FirstOrDefault(entry =>
                    LinuxFileStatus.TryRead(entry, out var status) == 0
                    && status is { IsBlockSpecial: true }
                    && status.Special == deviceNumber) is { } link ? Path.GetFileName(link) : null
                : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
