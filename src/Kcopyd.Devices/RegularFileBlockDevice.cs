namespace Kcopyd.Devices;

/// <summary>A regular file: a <see cref="FileBlockDevice"/> that can be made longer and cut, and loses its
/// name.</summary>
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
            static (call, _) => call.Io.Resize(call.lengthBytes, shortens: false),
            cancellationToken);
    }

    /// <summary>Makes the file exactly <paramref name="lengthBytes"/> long: what is past that is gone.</summary>
    /// <remarks>For who made it longer and takes that back. No other call may be at work past that length. Durable with
    /// the next flush.</remarks>
    /// <exception cref="DeviceException">The size is as it was.</exception>
    public ValueTask CutAsync(long lengthBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        return RunAsync(
            DeviceOperation.Resize,
            (Io, lengthBytes),
            static (call, _) => call.Io.Resize(call.lengthBytes, shortens: true),
            cancellationToken);
    }

    /// <summary>Removes the name that the file was opened by, if it still leads here.</summary>
    /// <remarks>For who created the file and takes that back. The device stays open and locked until it is disposed, so
    /// nobody who opens the name in this moment gets a file that goes away under them.</remarks>
    /// <exception cref="DeviceException">The system refused, or, with <see cref="DeviceErrorKind.Vanished"/>, the name
    /// leads elsewhere: nothing was removed.</exception>
    public ValueTask RemoveAsync(CancellationToken cancellationToken) =>
        RunAsync(DeviceOperation.Remove, Io, static (io, _) => io.Remove(), cancellationToken);
}
