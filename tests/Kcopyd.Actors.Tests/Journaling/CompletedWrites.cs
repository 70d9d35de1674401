using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Actors.TestKit.Simulation;
using Kcopyd.Core;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Tests.Journaling;

/// <summary>A device that notes what it has written, and when.</summary>
internal sealed class CompletedWrites(IBlockDevice inner, SimulationLoop loop) : InterceptingBlockDevice(inner)
{
    private readonly List<(SectorRange Range, TimeSpan At)> _writes = [];

    /// <summary>What was written by then.</summary>
    public IEnumerable<SectorRange> Until(TimeSpan time) =>
        _writes.TakeWhile(write => write.At <= time).Select(write => write.Range);

    protected override async ValueTask InterceptAsync(
        DeviceRequest request, Func<CancellationToken, ValueTask> perform, CancellationToken cancellationToken)
    {
        await perform(cancellationToken).ConfigureAwait(false);
        if (request.Operation is DeviceOperation.Write or DeviceOperation.WriteZeroes)
        {
            _writes.Add((request.Range, loop.Now));
        }
    }
}
