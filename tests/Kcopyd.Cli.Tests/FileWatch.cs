namespace Kcopyd.Cli.Tests;

/// <summary>Sees that a file is made or changed. Begun before the program that does it.</summary>
internal sealed class FileWatch : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FileWatch(string path)
    {
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        _watcher.Created += (_, _) => _seen.TrySetResult();
        _watcher.Changed += (_, _) => _seen.TrySetResult();
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Waits until it is seen, or the program is over.</summary>
    /// <remarks>The end of a program is what keeps all this in memory: the system holds a watcher only weakly, and who
    /// waits for nothing else goes with it.</remarks>
    /// <returns>Whether it is seen.</returns>
    public async Task<bool> UntilSeenAsync(RunningProgram running)
    {
        await Task.WhenAny(_seen.Task, running.Ended);
        return _seen.Task.IsCompleted;
    }

    public void Dispose() => _watcher.Dispose();
}
