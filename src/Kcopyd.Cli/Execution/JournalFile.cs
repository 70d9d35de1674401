using Kcopyd.Cli.Requests;

namespace Kcopyd.Cli.Execution;

/// <summary>Makes the file of a journal where there is none: what jobs copy is nobody else's business.</summary>
internal static class JournalFile
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes directory and file, unless they are there.</summary>
    /// <exception cref="RefusedException">They cannot be made.</exception>
    internal static void Prepare(JournalPlace place)
    {
        try
        {
            // The mode is that of the last directory of a path alone.
            OwnDirectory.Create(Path.GetDirectoryName(place.LockDirectory)!);
            OwnDirectory.Create(place.LockDirectory);
            if (!place.IsPostgres)
            {
                Make(place.Target);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(
                $"the journal {place.Name} cannot be made: {e.Message.TrimEnd('.')}; "
                + "--no-journal copies without a journal");
        }
    }

    /// <summary>Whether nothing is there. What cannot be looked at may be there: who opens it says what is
    /// wrong.</summary>
    internal static bool IsAbsent(JournalPlace place)
    {
        if (place.IsPostgres)
        {
            return false;
        }

        try
        {
            _ = File.GetAttributes(place.Target);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Make(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a directory.");
        }

        if (File.Exists(path))
        {
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
        options.Share = FileShare.ReadWrite;
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnersFile;
        }

        // Empty: what opens it first makes the tables.
        new FileStream(path, options).Dispose();
    }
}
