using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>A device that takes its time to flush, and counts what it was asked to write and no flush has made durable
/// yet.</summary>
internal sealed class UnflushedBytesDevice(IBlockDevice inner, SimulationLoop loop, TimeSpan flush)
    : InterceptingBlockDevice(inner)
{
    private long _bytes;

    /// <summary>The most there ever was.</summary>
    public long MostBytes { get; private set; }

    public int Flushes { get; private set; }

    protected override async ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken)
    {
        var before = _bytes;
        if (request.Operation == DeviceOperation.Write)
        {
            _bytes += request.Length;
            MostBytes = Math.Max(MostBytes, _bytes);
        }

        await perform(cancellationToken).ConfigureAwait(false);
        if (request.Operation == DeviceOperation.Flush)
        {
            await loop.DelayAsync(flush).ConfigureAwait(false);
            _bytes -= before;
            Flushes++;
        }
    }
}
