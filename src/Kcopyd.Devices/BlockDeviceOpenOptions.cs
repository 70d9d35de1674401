namespace Kcopyd.Devices;

/// <summary>How to open a device.</summary>
public sealed record BlockDeviceOpenOptions
{
    /// <summary>Read (the default) or read and write.</summary>
    public BlockDeviceAccess Access { get; init; }

    /// <summary>
    /// Whether to go past the page cache (O_DIRECT). Default false. Schemes without a cache ignore it.
    /// </summary>
    public bool Direct { get; init; }

    /// <summary>
    /// Create a missing file with this many bytes; null (the default) means that a missing one is an error.
    /// </summary>
    /// <remarks>
    /// A file that exists is opened as it is, whatever its size. Only with <see cref="BlockDeviceAccess.ReadWrite"/>.
    /// </remarks>
    public long? CreateLengthBytes { get; init; }

    /// <summary>
    /// Whether a file that exists is an error (EEXIST), so that what was opened was made by this call. Default false.
    /// Only with <see cref="CreateLengthBytes"/>.
    /// </summary>
    public bool MustCreate { get; init; }
}
