namespace Kcopyd.Benchmarks.Processes;

/// <summary>Finds programs as a shell would, and where an administrator's are.</summary>
internal static class ProgramSearch
{
    private static readonly string[] SystemDirectories = ["/usr/sbin", "/sbin"];

    /// <summary>The path of a program; null if it is not installed.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(SystemDirectories)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
}
