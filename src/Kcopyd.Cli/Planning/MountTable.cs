namespace Kcopyd.Cli.Planning;

/// <summary>What is mounted where, as Linux tells.</summary>
internal static class MountTable
{
    private const string Table = "/proc/self/mountinfo";
    private const int MountPoint = 4;

    /// <summary>The device of the file system that a path is on; null where there is none, or none that is
    /// known.</summary>
    internal static string? DeviceOf(string path)
    {
        try
        {
            return DeviceOf(path, File.ReadLines(Table));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The devices that are mounted, and where; none where that cannot be known.</summary>
    internal static IReadOnlyList<(string Device, string Point)> Mounts()
    {
        try
        {
            return [.. Mounts(File.ReadLines(Table))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The same of a table, each device once. Pure.</summary>
    internal static IEnumerable<(string Device, string Point)> Mounts(IEnumerable<string> lines) => lines
        .Select(line => line.Split(' '))
        .Select(words => (Words: words, Hyphen: Array.IndexOf(words, "-")))
        .Where(line => line.Hyphen > MountPoint && line.Words.Length > line.Hyphen + 2)
        .Select(line => (Device: Unescaped(line.Words[line.Hyphen + 2]), Point: Unescaped(line.Words[MountPoint])))
        .Where(mount => mount.Device.StartsWith("/dev/", StringComparison.Ordinal))
        .DistinctBy(mount => mount.Device);

    /// <summary>The same of a table. Pure.</summary>
    /// <param name="path">Absolute, without symbolic links.</param>
    /// <param name="lines">As proc(5) has them: the fifth word is the mount point; after a lone hyphen come the type
    /// and the source.</param>
    internal static string? DeviceOf(string path, IEnumerable<string> lines)
    {
        var (device, deepest) = (string.Empty, -1);
        foreach (var words in lines.Select(line => line.Split(' ')))
        {
            var hyphen = Array.IndexOf(words, "-");
            if (hyphen < 0 || words.Length < hyphen + 3)
            {
                continue;
            }

            // What is mounted later over the same point hides what was there.
            var point = Unescaped(words[MountPoint]).TrimEnd('/');
            if (point.Length >= deepest && $"{path}/".StartsWith($"{point}/", StringComparison.Ordinal))
            {
                (device, deepest) = (Unescaped(words[hyphen + 2]), point.Length);
            }
        }

        return device.StartsWith("/dev/", StringComparison.Ordinal) ? device : null;
    }

    private static string Unescaped(string word) => word
        .Replace(@"\040", " ", StringComparison.Ordinal)
        .Replace(@"\011", "\t", StringComparison.Ordinal)
        .Replace(@"\012", "\n", StringComparison.Ordinal)
        .Replace(@"\134", @"\", StringComparison.Ordinal);
}
