using Kcopyd.Benchmarks.Processes;

namespace Kcopyd.Benchmarks.Files;

/// <summary>A loop device over a file, detached when it is disposed. Needs root.</summary>
internal sealed class LoopDevice : IDisposable
{
    private readonly string _losetup;

    private LoopDevice(string losetup, string path)
    {
        _losetup = losetup;
        Path = path;
    }

    /// <summary>The block special file.</summary>
    public string Path { get; }

    /// <summary>Why there can be none here; null if there can.</summary>
    public static string? Obstacle =>
        !Environment.IsPrivilegedProcess ? "it needs root"
        : !File.Exists("/dev/loop-control") ? "there are no loop devices"
        : ProgramSearch.Find("losetup") is null ? "losetup is not installed"
        : null;

    /// <summary>Attaches the next free one, past the file's page cache where the file system can do that.</summary>
    /// <exception cref="ProcessFailedException">There is none.</exception>
    public static LoopDevice Attach(string file, CancellationToken cancellationToken)
    {
        var losetup = ProgramSearch.Find("losetup")!;
        try
        {
            return Attach(losetup, file, "--direct-io=on", cancellationToken);
        }
        catch (ProcessFailedException)
        {
            return Attach(losetup, file, "--direct-io=off", cancellationToken);
        }
    }

    public void Dispose() => ProcessRunner.Run(new Command(_losetup, "--detach", Path), CancellationToken.None);

    private static LoopDevice Attach(string losetup, string file, string mode, CancellationToken cancellationToken)
    {
        ProcessRunner.Run(
            new Command(losetup, "--find", "--show", mode, file), out var path, cancellationToken);
        return new LoopDevice(losetup, path.Trim());
    }
}
