namespace Kcopyd.House.Tests;

/// <summary>The files of this repository as they lie there, without what a build makes.</summary>
internal static class Repository
{
    private static readonly HashSet<string> Unkept =
        new(StringComparer.Ordinal) { ".git", ".vs", ".idea", "artifacts", "bin", "obj", "TestResults" };

    private static readonly string RootFolder = FindRoot();

    private static readonly Lazy<IReadOnlyList<string>> AllFiles =
        new(() => [.. FilesOf(RootFolder).Order(StringComparer.Ordinal)]);

    private static readonly Lazy<IReadOnlyList<CSharpFile>> AllCode =
        new(() => [.. Files.Where(file => Path.GetExtension(file) == ".cs").Select(Read)]);

    private static readonly Lazy<IReadOnlyList<ProjectFile>> AllProjects =
        new(() => [.. Files.Where(file => Path.GetExtension(file) == ".csproj").Select(ProjectFile.Read)]);

    /// <summary>Every file, by its path from the root with forward slashes.</summary>
    public static IReadOnlyList<string> Files => AllFiles.Value;

    public static IReadOnlyList<CSharpFile> Code => AllCode.Value;

    public static IReadOnlyList<ProjectFile> Projects => AllProjects.Value;

    /// <summary>The code under one of the folders at the root.</summary>
    public static IEnumerable<CSharpFile> CodeUnder(params string[] folders) =>
        Code.Where(file => folders.Any(folder => file.Path.StartsWith(folder + "/", StringComparison.Ordinal)));

    public static string Absolute(string path) => Path.Combine(RootFolder, path);

    public static string Text(string path) => File.ReadAllText(Absolute(path));

    private static CSharpFile Read(string path) => CSharpFile.Parse(path, Text(path));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "global.json")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds global.json.");
    }

    private static IEnumerable<string> FilesOf(string folder)
    {
        var own = Directory.EnumerateFiles(folder)
            .Where(file => !Unkept.Contains(Path.GetFileName(file)))
            .Select(file => Path.GetRelativePath(RootFolder, file).Replace('\\', '/'));
        var below = Directory.EnumerateDirectories(folder)
            .Where(inner => !Unkept.Contains(Path.GetFileName(inner)))
            .SelectMany(FilesOf);
        return own.Concat(below);
    }
}
