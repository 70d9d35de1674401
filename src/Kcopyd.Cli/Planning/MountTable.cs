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
