using System.Collections.Immutable;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Mirrors;

/// <summary>A device whose operations fail with EIO while a test says so.</summary>
internal sealed class SwitchedDevice(IBlockDevice inner) : InterceptingBlockDevice(inner)
{
    private volatile ImmutableHashSet<DeviceOperation> _failing = [];

    public void Fail(params DeviceOperation[] operations) => _failing = _failing.Union(operations);

    public void Mend() => _failing = [];

    protected override ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken) =>
        _failing.Contains(request.Operation)
            ? ValueTask.FromException(
                new DeviceException(Identity.Uri, request.Operation, DeviceErrorKind.Io, "switched off") { Errno = 5 })
            : perform(cancellationToken);
}
