using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Kcopyd.Devices;

/// <summary>Opens a buffered regular file on any system that .NET runs on. Holes, direct I/O and disks are for
/// Linux.</summary>
internal static class PortableFileOpening
{
    internal static FileIo Open(FileOpening opening)
    {
        var (uri, path) = (opening.Uri, FileOpening.FullPath(opening.Uri, opening.Path));
        if (opening.Options.Direct)
        {
            throw new DeviceException(
                uri,
                DeviceOperation.Open,
                DeviceErrorKind.NotSupported,
                "direct I/O is for 64-bit Linux; open it buffered");
        }

        var isNew = !Describe(uri, path).Exists;
        if (isNew && opening.Options.CreateLengthBytes is null)
        {
            throw SystemErrors.Failure(uri, DeviceOperation.Open, SystemErrors.NoEntry, offset: null);
        }

        if (!isNew && opening.Options.MustCreate)
        {
            throw SystemErrors.Failure(uri, DeviceOperation.Open, SystemErrors.Exists, offset: null);
        }

#pragma warning disable CA2000 // the device owns it
        var file = OpenHandle(opening, path, isNew ? FileMode.CreateNew : FileMode.Open);
#pragma warning restore CA2000
        try
        {
            if (isNew)
            {
                RandomAccess.SetLength(file, opening.Options.CreateLengthBytes!.Value);
            }

            return Attach(opening, path, file);
        }
        catch (Exception failure)
        {
            file.Dispose();
            if (isNew)
            {
                File.Delete(path);
            }

            if (failure is IOException)
            {
                throw SystemErrors.Failure(uri, DeviceOperation.Open, PortableFile.Number(failure), offset: null);
            }

            throw;
        }
    }

    internal static BlockDeviceDescription Describe(string uri, string path)
    {
        if (Directory.Exists(path))
        {
            throw new DeviceException(
                uri,
                DeviceOperation.Open,
                DeviceErrorKind.NotADevice,
                "it is a directory, not a file or a block device");
        }

        var file = new FileInfo(path);
        if (file.Exists)
        {
            return new BlockDeviceDescription(
                uri, Exists: true, IsResizable: true, file.Length, [new StorageExtent(Storage(path), 0, file.Length)]);
        }

        return file.DirectoryName is { } directory && !Directory.Exists(directory)
            ? throw SystemErrors.Failure(
                uri,
                DeviceOperation.Open,
                SystemErrors.NoEntry,
                offset: null,
                $"the directory {directory} does not exist")
            : new BlockDeviceDescription(uri, Exists: false, IsResizable: true, LengthBytes: 0, Storage: []);
    }

    private static SafeFileHandle OpenHandle(FileOpening opening, string path, FileMode mode)
    {
        try
        {
            return opening.IsWritable
                ? File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None)
                : File.OpenHandle(path, mode, FileAccess.Read, FileShare.Read);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw SystemErrors.Failure(opening.Uri, DeviceOperation.Open, PortableFile.Number(failure), offset: null);
        }
    }

    private static FileIo Attach(FileOpening opening, string path, SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        var born = PortableFile.Birth(path);
        var marks = ImmutableSortedDictionary<string, string>.Empty;
        if (born is { } time)
        {
            marks = marks.Add("birth", time.ToString("O", CultureInfo.InvariantCulture));
        }

        var geometry = new BlockDeviceGeometry(
            length,
            LogicalBlockSize: 1,
            PhysicalBlockSize: 4096,
            IsReadOnly: !opening.IsWritable,
            BlockDeviceAbilities.ByteGranular);
        var modified = File.GetLastWriteTimeUtc(path).ToString("O", CultureInfo.InvariantCulture);
        var identity = new BlockDeviceIdentity(opening.Uri, length, marks) { Modified = modified };
        var facts = new FileFacts(identity, geometry, Storage(path), 0);
        return new FileIo(facts, new PortableFile(path, file, born));
    }

    private static string Storage(string path) =>
        $"file:{new FileInfo(path).ResolveLinkTarget(true)?.FullName ?? path}";
}
