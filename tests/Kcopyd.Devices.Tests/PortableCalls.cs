using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices.Tests;

/// <summary>A file without any commands, as on a system or a file system that has none.</summary>
internal sealed class PortableCalls : FileCalls
{
    private readonly PortableFile _file;

    public PortableCalls(string path)
    {
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        _file = new PortableFile(path, handle, PortableFile.Birth(path));
        var length = RandomAccess.GetLength(handle);
        Facts = new FileFacts(
            new BlockDeviceIdentity(path, length, ImmutableSortedDictionary<string, string>.Empty),
            new BlockDeviceGeometry(length, 1, 4096, IsReadOnly: false, BlockDeviceAbilities.ByteGranular),
            path,
            0);
    }

    public FileFacts Facts { get; }

    internal override int Read(long offset, Span<byte> buffer, out int done) => _file.Read(offset, buffer, out done);

    internal override int Write(long offset, ReadOnlySpan<byte> buffer, bool durable, out int done) =>
        _file.Write(offset, buffer, durable, out done);

    internal override int Flush() => _file.Flush();

    internal override string? WhyVanished() => _file.WhyVanished();

    internal override void Close() => _file.Close();
}
