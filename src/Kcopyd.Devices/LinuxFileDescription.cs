namespace Kcopyd.Devices;

/// <summary>Finds out what a path names.</summary>
internal static class LinuxFileDescription
{
    internal static BlockDeviceDescription Describe(string uri, string path)
    {
        var errno = LinuxFileStatus.TryRead(path, out var status);
        if (status is null)
        {
            CheckMissing(uri, path, errno);
            return new BlockDeviceDescription(uri, Exists: false, IsResizable: true, LengthBytes: 0, Storage: []);
        }

        CheckType(uri, status);
        var location = LinuxLocation.Resolve(status);
        var length = status.IsBlockSpecial && location.Directory is { } directory
            ? (LinuxSysfs.Number(directory, "size") ?? 0) * Core.Sectors.Size
            : status.LengthBytes;
        return new BlockDeviceDescription(
            uri,
            Exists: true,
            IsResizable: status.IsRegular,
            length,
            length == 0 ? [] : [new StorageExtent(location.Storage, location.Offset, length)]);
    }

    /// <summary>Refuses what is neither a regular file nor a block device.</summary>
    internal static void CheckType(string uri, LinuxFileStatus status)
    {
        if (!status.IsRegular && !status.IsBlockSpecial)
        {
            throw new DeviceException(
                uri,
                DeviceOperation.Open,
                DeviceErrorKind.NotADevice,
                $"it is {status.TypeName}, not a file or a block device");
        }
    }

    /// <summary>Answers for a path that leads nowhere: passes where a file could be created there.</summary>
    internal static void CheckMissing(string uri, string path, int errno)
    {
        if (errno is not (SystemErrors.NoEntry or SystemErrors.NotADirectory))
        {
            throw SystemErrors.Failure(uri, DeviceOperation.Open, errno, offset: null);
        }

        var directory = Path.GetDirectoryName(path);
        if (string.IsNullOrEmpty(directory))
        {
            throw SystemErrors.Failure(uri, DeviceOperation.Open, SystemErrors.NoEntry, offset: null);
        }

        errno = LinuxFileStatus.TryRead(directory, out var parent);
        if (errno != 0)
        {
            var reason = $"the directory {directory}: {SystemErrors.Text(errno)}";
            throw SystemErrors.Failure(uri, DeviceOperation.Open, errno, offset: null, reason);
        }

        if (parent!.IsRegular || parent.IsBlockSpecial)
        {
            throw SystemErrors.Failure(
                uri, DeviceOperation.Open, SystemErrors.NotADirectory, offset: null, $"{directory} is not a directory");
        }

        if (new FileInfo(path).LinkTarget is { } target)
        {
            throw SystemErrors.Failure(
                uri,
                DeviceOperation.Open,
                SystemErrors.NoEntry,
                offset: null,
                $"it is a symbolic link to {target}, which does not exist");
        }
    }
}
