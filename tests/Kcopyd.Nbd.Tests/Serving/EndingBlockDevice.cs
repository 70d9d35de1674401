using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Devices;

namespace Kcopyd.Nbd.Tests.Serving;

/// <summary>A device whose write epoch a test ends.</summary>
internal sealed class EndingBlockDevice(IBlockDevice inner) : DelegatingBlockDevice(inner)
{
    private long _epoch = 1;

    public override long WriteEpoch => Volatile.Read(ref _epoch);

    public void EndEpoch() => Interlocked.Increment(ref _epoch);

    public override ValueTask FlushAsync(long writeEpoch, CancellationToken cancellationToken) =>
        writeEpoch == WriteEpoch
            ? default
            : throw new DeviceException(
                Identity.Uri, DeviceOperation.Flush, DeviceErrorKind.UnflushedWritesLost, "unflushed writes lost");
}
