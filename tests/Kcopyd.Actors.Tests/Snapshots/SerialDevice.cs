using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Snapshots;

/// <summary>A device in memory whose requests are done one at a time, so that a read that overlaps a write finds each
/// sector whole, as on a disk.</summary>
internal sealed class SerialDevice(MemoryBlockDevice inner) : InterceptingBlockDevice(inner)
{
    private readonly Lock _lock = new();

    protected override ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var performed = perform(cancellationToken);
            return performed.IsCompleted
                ? performed
                : throw new InvalidOperationException("A device in memory answers at once.");
        }
    }
}
