namespace Kcopyd.Devices;

/// <summary>A file that is to be opened, and how.</summary>
/// <param name="Uri">What messages and the identity call it.</param>
/// <param name="Path">Its path.</param>
/// <param name="Options">How.</param>
internal sealed record FileOpening(string Uri, string Path, BlockDeviceOpenOptions Options)
{
    /// <summary>fsync and fdatasync, or what a test puts in their place.</summary>
    internal LinuxFileSyncCall Sync { get; init; } = LinuxFile.Sync;

    /// <summary>close of a copy of the handle, or what a test puts in its place.</summary>
    internal LinuxFileCloseCall CloseCopy { get; init; } = LinuxFile.CloseCopy;

    internal bool IsWritable => Options.Access == BlockDeviceAccess.ReadWrite;

    /// <summary>Opens it, on the calling thread.</summary>
    internal FileIo Open()
    {
        if (Options is { MustCreate: true, CreateLengthBytes: null })
        {
            throw new ArgumentException("Who creates a file says how long it is to be.", nameof(Options));
        }

        if (Options.CreateLengthBytes is { } length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            if (!IsWritable)
            {
                throw new ArgumentException("Only a device opened for writing can be created.", nameof(Options));
            }
        }

        return LinuxCalls.Available ? new LinuxFileOpening(this).Open() : PortableFileOpening.Open(this);
    }

    /// <summary>Finds out what a path names, on the calling thread, without changing anything.</summary>
    internal static BlockDeviceDescription Describe(string uri, string path)
    {
        var full = FullPath(uri, path);
        return LinuxCalls.Available
            ? LinuxFileDescription.Describe(uri, full)
            : PortableFileOpening.Describe(uri, full);
    }

    /// <summary>The absolute path, so that a later change of the working directory changes nothing.</summary>
    internal static string FullPath(string uri, string path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new DeviceException(uri, DeviceOperation.Open, DeviceErrorKind.NotADevice, "this is no path");
        }

        return System.IO.Path.GetFullPath(path);
    }
}
