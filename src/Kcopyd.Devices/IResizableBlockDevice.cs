namespace Kcopyd.Devices;

/// <summary>A device that can be made longer: a regular file.</summary>
public interface IResizableBlockDevice : IBlockDevice
{
    /// <summary>Makes the device at least <paramref name="lengthBytes"/> long; the new bytes read as zeros.</summary>
    /// <remarks>
    /// On return <see cref="IBlockDevice.Geometry"/> has the new size. Never shortens. Durable with the next flush.
    /// </remarks>
    /// <exception cref="DeviceException">The size is as it was.</exception>
    ValueTask ExtendAsync(long lengthBytes, CancellationToken cancellationToken);
}
