using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace MirroredDisk;

/// <summary>A device on a cable that can be pulled.</summary>
internal sealed class PluggableDevice(IBlockDevice inner) : InterceptingBlockDevice(inner)
{
    private volatile bool _isPulled;

    public void Pull() => _isPulled = true;

    public void Plug() => _isPulled = false;

    /// <inheritdoc/>
    protected override ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken) =>
        _isPulled
            ? throw new DeviceException(Identity.Uri, request.Operation, DeviceErrorKind.Io, "the cable is pulled")
            : perform(cancellationToken);
}
