using System.Runtime.InteropServices;

namespace Kcopyd.Benchmarks.Processes;

/// <summary>The program as a user gets it: compiled ahead of time, with the runtime beside it.</summary>
internal static class PublishedProgram
{
    /// <summary>Publishes it into a directory and returns the path of the program there.</summary>
    /// <remarks>Intermediate files stay under <c>artifacts/benchmarks</c>: a second time is quicker, and a build that
    /// goes on beside it is not disturbed.</remarks>
    /// <exception cref="ProcessFailedException">It does not build.</exception>
    public static string Publish(string directory, CancellationToken cancellationToken)
    {
        var root = RepositoryRoot();
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
            ?? ProgramSearch.Find("dotnet")
            ?? throw new ProcessFailedException("There is no dotnet on the path to publish the program with.");
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        ProcessRunner.Run(
            new Command(
                dotnet,
                "publish",
                Path.Combine(root, "src", "Kcopyd.Cli"),
                "--configuration",
                "Release",
                "--runtime",
                $"linux-{architecture}",
                "--self-contained",
                "true",
                "--artifacts-path",
                Path.Combine(root, "artifacts", "benchmarks"),
                "--output",
                directory,
                "-p:UseSharedCompilation=false",
                "-nodeReuse:false"),
            cancellationToken);
        return Path.Combine(directory, "kcopyd");
    }

    private static string RepositoryRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "global.json")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new ProcessFailedException(
            $"{AppContext.BaseDirectory} is not in the repository: name a published program with --program.");
    }
}
