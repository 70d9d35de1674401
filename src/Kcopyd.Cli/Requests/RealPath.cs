namespace Kcopyd.Cli.Requests;

/// <summary>The one name of a file that has no symbolic link in it.</summary>
internal static class RealPath
{
    /// <summary>More links than a path has, and an end to links that lead in a circle; as Linux counts them.</summary>
    private const int MostLinks = 40;

    /// <summary>Follows all links of a path. What is not there, or cannot be looked at, is no link.</summary>
    internal static string Of(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.GetFullPath(path);
        }

        var pending = new Stack<string>();
        Push(pending, Path.Combine(Environment.CurrentDirectory, path));
        var (real, links) = ("/", 0);
        while (pending.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            if (links < MostLinks && LinkOf(next) is { } target)
            {
                links++;
                real = Path.IsPathRooted(target) ? "/" : real;
                Push(pending, target);
            }
            else
            {
                real = next;
            }
        }

        return real;
    }

    private static void Push(Stack<string> pending, string path)
    {
        foreach (var part in path.Split('/').Where(part => part is not ("" or ".")).Reverse())
        {
            pending.Push(part);
        }
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
