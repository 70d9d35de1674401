using Kcopyd.Core;
using Kcopyd.Devices;

namespace JournaledCopy;

/// <summary>A temporary folder with an image in it, gone when disposed.</summary>
internal sealed class SampleFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kcopyd-sample-");
    private readonly BlockDeviceOpener _opener = new();

    /// <summary>Writes the image.</summary>
    public SampleFiles(ByteCount length)
    {
        Length = length;
        var block = new byte[1 << 20];
        var random = new Random(1);
        using var file = File.Create(PathOf("volume.img"));
        for (var written = 0L; written < length.Value; written += block.Length)
        {
            random.NextBytes(block);
            file.Write(block);
        }
    }

    /// <summary>The size of the image.</summary>
    public ByteCount Length { get; }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Opens the image and its copy, which is created if it is not there.</summary>
    public async Task<OpenRegions> OpenAsync()
    {
        var source = await _opener.OpenAsync(PathOf("volume.img"), new BlockDeviceOpenOptions(), default);
        var copy = PathOf("replica-a.img");
        var target = await _opener.OpenAsync(
            copy,
            new BlockDeviceOpenOptions
            {
                Access = BlockDeviceAccess.ReadWrite,
                CreateLengthBytes = File.Exists(copy) ? null : Length.Value,
            },
            default);
        return new OpenRegions(source, target);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
