using Kcopyd.Core;
using Kcopyd.Devices;

namespace MirroredDisk;

/// <summary>Files in a temporary folder, as disks; gone when disposed.</summary>
internal sealed class SampleFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kcopyd-sample-");
    private readonly BlockDeviceOpener _opener = new();

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Makes a disk of zeros and opens it.</summary>
    public async Task<IBlockDevice> CreateAsync(string name, ByteCount length) => await _opener.OpenAsync(
        PathOf(name),
        new BlockDeviceOpenOptions { Access = BlockDeviceAccess.ReadWrite, CreateLengthBytes = length.Value },
        default);

    public void Dispose() => _folder.Delete(recursive: true);
}
