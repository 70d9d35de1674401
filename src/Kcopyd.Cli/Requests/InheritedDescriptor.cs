namespace Kcopyd.Cli.Requests;

/// <summary>Whether who started the program gave it standard input or output.</summary>
/// <remarks>Where it was not, the number is that of the first thing that the runtime opened for itself, which must be
/// neither read nor written. What the runtime opens is closed on exec; what came through one is not.</remarks>
internal static class InheritedDescriptor
{
    internal const int Input = 0;
    internal const int Output = 1;

    /// <summary>O_CLOEXEC.</summary>
    private const int CloseOnExec = 0x80000;

    /// <summary>Whether it was given.</summary>
    internal static bool IsOpen(int number)
    {
        try
        {
            return !OperatingSystem.IsLinux()
                || IsInherited(File.ReadLines($"/proc/self/fdinfo/{number}"));
        }
        catch (FileNotFoundException)
        {
            // Closed, and nothing has its number.
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not to be known here, without /proc for example.
            return true;
        }
    }

    /// <summary>The same, of lines as proc(5) has them: <c>flags:</c> and octal digits. Pure.</summary>
    internal static bool IsInherited(IEnumerable<string> lines) => lines
        .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words is ["flags:", _])
        .All(words => (Convert.ToInt32(words[1], 8) & CloseOnExec) == 0);
}
