namespace Kcopyd.Devices;

/// <summary>A regular file: a <see cref="FileBlockDevice"/> that can be made longer.</summary>
public sealed class RegularFileBlockDevice : FileBlockDevice, IResizableBlockDevice
{
    internal RegularFileBlockDevice(FileIo io)
        : base(io)
    {
    }

    /// <inheritdoc/>
    public ValueTask ExtendAsync(long lengthBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        return RunAsync(
            DeviceOperation.Resize,
            (Io, lengthBytes),
            static (call, _) => call.Io.Extend(call.lengthBytes),
            cancellationToken);
    }
}
