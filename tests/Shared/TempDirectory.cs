namespace Kcopyd.Tests.Shared;

/// <summary>A directory of a test's own, made when it is first used and removed with everything in it.</summary>
internal sealed class TempDirectory : IDisposable
{
    private readonly Lazy<string> _path = new(() => Directory.CreateTempSubdirectory("kcopyd-").FullName);

    public string Path => _path.Value;

    /// <summary>The path of a file in it, which need not exist.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file of so many bytes that follow a seed.</summary>
    public string File(string name, int length, int seed = 1)
    {
        var path = this[name];
        System.IO.File.WriteAllBytes(path, Bytes(length, seed));
        return path;
    }

    /// <summary>Makes a file of so many bytes that is all hole.</summary>
    public string Sparse(string name, long length)
    {
        var path = this[name];
        using var file = System.IO.File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(file, length);
        return path;
    }

    /// <summary>Bytes that follow a seed.</summary>
    public static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public void Dispose()
    {
        if (_path.IsValueCreated)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
