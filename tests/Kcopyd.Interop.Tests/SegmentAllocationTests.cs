using Akka.Actor;
using Kcopyd.Benchmarks.InProcess;

namespace Kcopyd.Interop.Tests;

/// <summary>The one performance figure that repeats exactly enough to be a gate: managed bytes per segment.</summary>
[Collection(AloneCollection.Name)]
public sealed class SegmentAllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Segment_allocates_messages_and_actors_but_no_buffers(int targets)
    {
        var system = ActorSystem.Create("allocations", "akka.loglevel = ERROR");
        try
        {
            var bytes = await SegmentAllocations.MeasureAsync(system, targets);

            Assert.InRange(bytes, 0, SegmentAllocations.MostBytes(targets));
        }
        finally
        {
            await system.Terminate();
        }
    }
}
