using Kcopyd.Core;

namespace EmbeddedCopy;

/// <summary>A temporary folder with an image in it, gone when disposed.</summary>
internal sealed class SampleFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kcopyd-sample-");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes an image of random bytes.</summary>
    public string WriteImage(string name, ByteCount length)
    {
        var path = PathOf(name);
        using var file = File.Create(path);
        var block = new byte[1 << 20];
        var random = new Random(1);
        for (var written = 0L; written < length.Value; written += block.Length)
        {
            random.NextBytes(block);
            file.Write(block);
        }

        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
