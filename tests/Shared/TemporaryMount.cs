namespace Kcopyd.Tests.Shared;

/// <summary>A small file system of a test's own, unmounted with the test. Needs root: see
/// <see cref="Require.Mounts"/>.</summary>
internal sealed class TemporaryMount : IDisposable
{
    private readonly TempDirectory _directory = new();

    private TemporaryMount(params string[] arguments)
    {
        Shell.Run("mount", [.. arguments, _directory.Path]);
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => _directory.Path;

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => _directory[name];

    /// <summary>A file system in memory, of so many bytes.</summary>
    public static TemporaryMount Tmpfs(long bytes) => new("-t", "tmpfs", "-o", $"size={bytes}", "kcopyd-test");

    /// <summary>The file system on a block device.</summary>
    public static TemporaryMount Of(string device) => new(device);

    /// <summary>Makes it read-only.</summary>
    public void RemountReadOnly() => Shell.Run("mount", "-o", "remount,ro", _directory.Path);

    public void Dispose()
    {
        Shell.Try("umount", _directory.Path);
        _directory.Dispose();
    }
}
